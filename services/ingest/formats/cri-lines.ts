// Lines as they stand in the kubelet's files, CRI or Docker's JSON, one behind the other. The key of the message is the
// path of their file: it says whose lines they are.
// https://github.com/kubernetes/cri-api (the log format), docs/formats.md
import { NativeLines, type Translate } from './native-lines.ts'

export const criLines: Translate = (body, { key = '' }) => {
  const lines = new NativeLines(body.length * 2)
  const path = JSON.stringify(key)
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(0x0a, start)
    const stop = newline < 0 ? body.length : newline
    if (stop > start) lines.line(path, body.subarray(start, stop))
    start = stop + 1
  }
  return lines
}
