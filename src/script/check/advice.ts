/** What no reload fails with, and is seldom meant: codes of warnings that only a checker gives. */

/** With their remedies. */
export const ADVICE = {
  VariableNotSet: 'Set it before, or check the spelling: case counts. Texts stand in single quotes.',
  SemicolonMissing: 'End the statement before with a semicolon; its text goes on to the next one.',
  TextForField: 'Write a field as it is, or in double quotes or square brackets; single quotes make a text.',
  ExpansionEmpty: 'Correct the expression, or write the text as it is: a reload puts nothing in its place.',
  LocaleUnknown:
    'Name a language, perhaps with a region, such as en-US; texts are sorted as in English else.',
  IncludeMissing: 'Check the path; with Must_Include a reload fails where the file is missing.',
} as const

export type AdviceCode = keyof typeof ADVICE
