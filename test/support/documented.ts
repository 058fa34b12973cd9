// Answers as a page of docs/ shows them.

/** What a documented text matches: `…` is any text. */
export const textPattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('…')
      .map((part) => RegExp.escape(part))
      .join('[^]*')}$`,
  )
