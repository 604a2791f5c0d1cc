/** The port that keeps webhook secrets unreadable at rest. */
export interface Seal {
  seal(text: string): string
  /** Throws when the text was sealed under another key or was changed. */
  open(sealed: string): string
}
