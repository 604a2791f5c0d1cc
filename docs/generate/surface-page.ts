/** The text of docs/reference/surface.md, made from the table of public surfaces. */
import { COMMANDS, ENVIRONMENT, PACKAGE_EXPORTS, ROUTE_GROUPS, type Surface } from '../../src/core/surface.ts'

export function surfacePage(): string {
  return `# What is public

Everything that may be built on, the folder of \`src/\` that owns it, and its stage. **stable**: what works today works
in every later version of the same major number. **preview**: useful and tested, but names and shapes may change in a
minor version; CHANGELOG.md tells when they do. What is not on this page may change at any time.

${table('Route groups', 'tag in OpenAPI', ROUTE_GROUPS, (name) => `${name}: ${ROUTE_GROUPS[name]!.about}`)}
${table('Commands', 'command', COMMANDS, (name) => `\`reprise ${name}\``)}
${table('Package exports', 'import', PACKAGE_EXPORTS, (name) => `\`reprise${name.slice(1)}\``)}
${table('Environment', 'variable', ENVIRONMENT, (name) => `\`${name}\``)}`
}

function table(
  title: string,
  kind: string,
  surfaces: Readonly<Record<string, Surface>>,
  shown: (name: string) => string,
): string {
  const rows = Object.entries(surfaces).map(
    ([name, { room, stage }]) => `| ${shown(name)} | \`${room}\` | ${stage} |\n`,
  )
  return `## ${title}\n\n| ${kind} | room | stage |\n|---|---|---|\n${rows.join('')}`
}
