/** A multipart/form-data body with parts in the given order, as the official client sends them. */
export interface Part {
  readonly name: string
  readonly content: string | Buffer
  readonly filename?: string
  readonly type?: string
}

export function multipartBody(parts: readonly Part[]): {
  readonly payload: Buffer
  readonly headers: Readonly<Record<string, string>>
} {
  const boundary = '----reprise-test-boundary'
  const chunks: Buffer[] = []
  for (const { name, content, filename, type } of parts) {
    const file = filename === undefined ? '' : `; filename="${filename}"`
    const head = [`Content-Disposition: form-data; name="${name}"${file}`]
    if (type !== undefined) head.push(`Content-Type: ${type}`)
    chunks.push(
      Buffer.from(`--${boundary}\r\n${head.join('\r\n')}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    )
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`))
  return {
    payload: Buffer.concat(chunks),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}

/** `File` first, as the official client may send it. */
export function upload(json: unknown, content?: string | Buffer) {
  return multipartBody([
    ...(content === undefined
      ? []
      : [{ name: 'File', content, filename: 'blob', type: 'application/octet-stream' }]),
    { name: 'Json', content: JSON.stringify(json), type: 'application/json' },
  ])
}
