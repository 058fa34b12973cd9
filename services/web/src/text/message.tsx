// A message as the page shows it: with its colours, and with hidden characters by their names. It is always text.
import { Fragment, memo, useMemo } from 'react'
import { ansiPieces } from './ansi.ts'
import { withHiddenShown } from './hidden-characters.ts'

/** Of a longer message so many characters are shown at first: a megabyte in one element holds a browser. */
const shownMax = 4000

export interface MessageProps {
  text: string
  /** Shows all of it, up to a bound. */
  isWhole?: boolean
}

export const Message = memo(function Message({ text, isWhole = false }: MessageProps) {
  const shown = isWhole ? text.slice(0, shownMax * 50) : text.slice(0, shownMax)
  const pieces = useMemo(() => ansiPieces(shown), [shown])
  return (
    <>
      {pieces.map((piece, i) => (
        <span key={i} className={piece.classes.length === 0 ? undefined : piece.classes.join(' ')}>
          {withHiddenShown(piece.text).map((each, j) =>
            each.isHidden ? (
              <span key={j} className="hidden-character">
                {each.text}
              </span>
            ) : (
              <Fragment key={j}>{each.text}</Fragment>
            ),
          )}
        </span>
      ))}
      {shown.length < text.length && (
        <span className="more-text">… {(text.length - shown.length).toLocaleString('en')} more characters</span>
      )}
    </>
  )
})
