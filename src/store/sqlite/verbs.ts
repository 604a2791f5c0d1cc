/**
 * The verbs of a port without their promises: what a verb of the SQLite store answers inside its transaction.
 */
export type Answers<Port, Verb extends keyof Port = keyof Port> = {
  readonly [Name in Verb]: Port[Name] extends (...args: infer Args) => Promise<infer Answer>
    ? (...args: Args) => Answer
    : never
}
