import { expect, test } from 'vitest'
import { newFile, newLife, type Life, type LogFile } from '../../../../../services/agent/lives/log-file.ts'
import { isSucceeded } from '../../../../../services/agent/lives/over.ts'

let ids = 0
function run(restart: number, ...files: Partial<LogFile>[]): Life {
  const life = newLife(`pod/app/${restart}`, '/pods/pod/app', `/var/log/pods/pod/app/${restart}.log`, restart)
  const listed = { name: `${restart}.log`, rotated: undefined, gz: false, inode: 1, bornMs: 0, writtenMs: 0, bytes: 9 }
  life.files = files.map((file) => Object.assign(newFile(++ids, life, listed, 0), file))
  return life
}

const older = { bornMs: 100, writtenMs: 150, firstAt: 'a', lastAt: 'b' }
test.each([
  ['was made later', older, { bornMs: 200, writtenMs: 200 }, true],
  ['was made as the last line was written', older, { bornMs: 150, writtenMs: 200 }, true],
  ['has later lines, where nobody knows when it was made', { ...older, bornMs: 0 }, { bornMs: 0, writtenMs: 200, firstAt: 'c' }, true], // prettier-ignore
  ['was made before, since the count went down', { bornMs: 300, writtenMs: 350 }, { bornMs: 200, writtenMs: 250 }, false],
  ['was made within the same tick, and has earlier lines', { bornMs: 200, writtenMs: 200, firstAt: 'b' }, { bornMs: 200, writtenMs: 200, firstAt: 'a' }, false], // prettier-ignore
  ['was made before this one was written again', { bornMs: 100, writtenMs: 350 }, { bornMs: 200, writtenMs: 250 }, false],
  ['is a copy', { bornMs: 200, writtenMs: 250 }, { bornMs: 300, writtenMs: 150 }, false],
  ['is a copy whose lines are earlier', { ...older, lastAt: 'd' }, { bornMs: 300, writtenMs: 300, firstAt: 'c' }, false],
  ['was compressed since', older, { gz: true, bornMs: 300, writtenMs: 300 }, false],
])('whether a run is over when the log of one with a higher number %s', (_, own, later, isOver) => {
  const life = run(3, own)
  expect(isSucceeded(life, [life, run(5, later)])).toBe(isOver)
})

test('a later run of which no log can be looked at, and an earlier one, prove nothing', () => {
  const life = run(3, older)
  expect(isSucceeded(life, [run(5), run(2, { bornMs: 200, writtenMs: 200 })])).toBe(false)
})
