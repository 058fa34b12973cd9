// | decolorize
// Takes the sequences away that colour a terminal's text (ECMA-48, CSI and OSC).
import { compileRegex } from '../regex.ts'
import type { RunStage } from './stage.ts'

const intro = String.raw`[\x{1b}\x{9b}][\[\]()#;?]*`
const title = String.raw`(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?\x07`
const control = String.raw`(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PRZcf-ntqry=><~]`
const sequence = compileRegex(`${intro}(?:(?:${title})|(?:${control}))`)

export const decolorizeStage: RunStage = (line) =>
  line.includes('\u001b') || line.includes('\u009b') ? sequence.replaceAll(line, () => '') : line
