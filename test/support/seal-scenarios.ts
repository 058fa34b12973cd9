// Scenarios of loss, each with the seal that it must get: docs/decisions/0009-seals.md.
import type { Seal } from '#shared/pod-model/seal/evidence.ts'
import type { LogRecord } from './container-log.ts'

export interface Scenario {
  name: string
  /** Lines in each file. */
  files: number[]
  /** What of it arrives, in which batches. */
  arrives: (files: LogRecord[][]) => LogRecord[][]
  /** Its container; told to have ended with its last line unless said. */
  end?: 'running' | 'node-lost' | 'unknown'
  seal: { state: Seal['state']; text: string | RegExp; gaps?: Partial<Seal['gaps'][number]>[] }
}

export const all = (files: LogRecord[][]): LogRecord[] => files.flat()
export const without = (records: readonly LogRecord[], ...fields: (keyof LogRecord)[]): LogRecord[] =>
  records.map(
    (record) =>
      Object.fromEntries(
        Object.entries(record).filter(([name]) => !fields.includes(name as keyof LogRecord)),
      ) as unknown as LogRecord,
  )
/** The lines at these places end in P, and the one behind them ends the line that they began. */
const inFragments = (records: readonly LogRecord[], ...places: number[]): LogRecord[] =>
  records.map((record, i) => (places.includes(i) ? { ...record, cri: record.cri.replace(' F ', ' P ') } : record))
export const bytesOf = (records: readonly LogRecord[]): number => records.reduce((sum, { length }) => sum + length!, 0)

/** What an agent says of a file that was gone before it was read to its end, at the time of the line before. */
const markOf = (file: readonly LogRecord[], before: LogRecord): LogRecord => {
  const { path, file: name, offset, length } = file.at(-1)!
  return { path, cri: '', time: before.cri.slice(0, 30), file: name!, offset: offset! + length!, mark: true }
}

export const scenarios: Scenario[] = [
  {
    name: 'everything came',
    files: [30],
    arrives: (files) => files,
    seal: { state: 'sealed', text: 'sealed: 30 lines, 0 missing' },
  },
  {
    name: 'everything came, over three files',
    files: [10, 10, 10],
    arrives: (files) => files,
    seal: { state: 'sealed', text: 'sealed: 30 lines, 0 missing' },
  },
  {
    name: 'duplicate sends',
    files: [10, 10],
    arrives: (files) => [...files, all(files).slice(5, 15), ...files],
    seal: { state: 'sealed', text: 'sealed: 20 lines, 0 missing' },
  },
  {
    name: 'out of order',
    files: [10, 10],
    arrives: (files) => [all(files).slice(12), all(files).slice(0, 4), all(files).slice(4, 12).toReversed()],
    seal: { state: 'sealed', text: 'sealed: 20 lines, 0 missing' },
  },
  {
    name: 'an agent that restarted and read again from its checkpoint',
    files: [20],
    arrives: ([file]) => [file!.slice(0, 12), file!.slice(8)],
    seal: { state: 'sealed', text: 'sealed: 20 lines, 0 missing' },
  },
  {
    name: 'an agent that came back under another name of the file',
    files: [20],
    arrives: ([file]) => [without(file!.slice(0, 12), 'eof'), file!.slice(8).map((line) => ({ ...line, file: 'fingerprint' }))],
    seal: { state: 'unsealed', text: 'unsealed: a file seems to go on under another name' },
  },
  {
    name: 'everything again under other names, as an import after an agent sends it',
    files: [20, 10],
    arrives: ([old, young]) => [
      without(old!.slice(0, 12), 'eof'),
      [...old!, ...young!].map((line) => ({ ...line, file: `fingerprint of ${line.file}` })),
    ],
    seal: { state: 'sealed', text: 'sealed: 30 lines, 0 missing' },
  },
  {
    name: 'the last line is a fragment whose end never came',
    files: [10, 10],
    arrives: ([first, last]) => [first!, inFragments(last!, 9)],
    seal: {
      state: 'unsealed',
      text: 'unsealed: its last line of stdout is cut, since the end of it never came; 20 lines, none known to be missing',
    },
  },
  {
    name: 'a fragment whose end never came before the last lines of the other stream',
    files: [10],
    arrives: ([file]) => [
      inFragments(file!, 6).map((line, i) => (i > 6 ? { ...line, cri: line.cri.replace(' stdout ', ' stderr ') } : line)),
    ],
    seal: {
      state: 'unsealed',
      text: 'unsealed: its last line of stdout is cut, since the end of it never came; 10 lines, none known to be missing',
    },
  },
  {
    name: 'a batch lost in the middle',
    files: [20],
    arrives: ([file]) => [file!.slice(0, 3), file!.slice(9)],
    seal: {
      state: 'gap',
      text: /^gap 14:03:02–14:03:09 UTC, \d+ bytes, lost on the way$/,
      gaps: [{ reason: 'lost on the way' }],
    },
  },
  {
    name: 'rotation outran the agent',
    files: [10, 10],
    arrives: ([old, young]) => [old!.slice(0, 3), young!.slice(4)],
    seal: {
      state: 'gap',
      text: /^gap 14:03:02–14:03:14 UTC, \d+ bytes, lost at rotation$/,
      gaps: [{ reason: 'lost at rotation' }],
    },
  },
  {
    name: 'rotation outran the agent, which began the new file at its head',
    files: [10, 10],
    arrives: ([old, young]) => [old!.slice(0, 3), young!],
    seal: {
      state: 'unsealed',
      text: /^unsealed: no agent reported that a rotated file was read to its end; 13 lines, none known to be missing$/,
    },
  },
  {
    name: 'two rotations between reads',
    files: [10, 10, 10],
    arrives: ([first, , third]) => [without(first!, 'eof'), third!],
    seal: { state: 'unsealed', text: /rotated file/ },
  },
  {
    name: 'an agent that started late',
    files: [20],
    arrives: ([file]) => [file!.slice(5)],
    seal: { state: 'gap', text: /^gap 14:03:00–14:03:05 UTC, \d+ bytes, lost before the agent read the log$/ },
  },
  {
    name: 'node vanished mid-line',
    files: [20],
    end: 'node-lost',
    arrives: ([file]) => [[...without(file!.slice(0, 12), 'eof'), { ...file![12]!, cri: file![12]!.cri.replace(' F ', ' P ') }]],
    seal: { state: 'tail-unknown', text: 'tail unknown: node vanished' },
  },
  {
    name: 'the end of the file was not told',
    files: [20],
    arrives: ([file]) => [without(file!, 'eof')],
    seal: {
      state: 'tail-unknown',
      text: /^tail unknown: no agent reported that its log was read to the end; 20 lines, none known to be missing$/,
    },
  },
  {
    name: 'a container that runs',
    files: [20],
    end: 'running',
    arrives: ([file]) => [without(file!, 'eof')],
    seal: { state: 'tail-unknown', text: 'tail unknown: still running, 20 lines so far, none known to be missing' },
  },
  {
    name: 'offsets missing',
    files: [20],
    arrives: ([file]) => [without(file!, 'offset', 'length')],
    seal: { state: 'unsealed', text: 'unsealed: this agent sends no offsets' },
  },
  {
    name: 'offsets constant 0',
    files: [20],
    arrives: ([file]) => [file!.map((line) => ({ ...line, offset: 0 }))],
    seal: { state: 'unsealed', text: 'unsealed: this agent sends one offset for all lines' },
  },
  {
    name: 'lengths of the text alone',
    files: [20],
    arrives: ([file]) => [file!.map((line) => ({ ...line, length: line.length! - 40 }))],
    seal: { state: 'unsealed', text: 'unsealed: the lengths of lines do not fit their offsets' },
  },
  {
    name: 'a file without a name',
    files: [20],
    arrives: ([file]) => [without(file!, 'file')],
    seal: { state: 'unsealed', text: /does not name its files/ },
  },
  {
    name: 'a file truncated in place',
    files: [10, 6],
    arrives: (files) => [all(files).map((line) => ({ ...line, file: 'inode-0' }))],
    seal: { state: 'unsealed', text: /^unsealed: different lines stand at one place of a file/ },
  },
  {
    name: 'an inode used again two rotations later',
    files: [10, 10, 10],
    arrives: (files) => [all(files).map((line) => ({ ...line, file: line.file === 'inode-2' ? 'inode-0' : line.file! }))],
    seal: { state: 'unsealed', text: /^unsealed: different lines stand at one place of a file/ },
  },
  {
    name: 'a long line in two fragments of one batch',
    files: [20],
    arrives: ([file]) => [inFragments(file!, 5)],
    seal: { state: 'sealed', text: 'sealed: 19 lines, 0 missing' },
  },
  {
    name: 'a long line in two fragments of two batches',
    files: [20],
    arrives: ([file]) => [inFragments(file!, 5).slice(0, 6), inFragments(file!, 5).slice(6)],
    seal: { state: 'sealed', text: 'sealed: 19 lines, 0 missing' },
  },
  {
    name: 'a long line whose fragments were joined once and sent apart once',
    files: [20],
    arrives: ([file]) => [inFragments(file!, 5), inFragments(file!, 5).slice(0, 6), inFragments(file!, 5).slice(6)],
    seal: { state: 'sealed', text: 'sealed: 19 lines, 0 missing' },
  },
  {
    name: 'a long line, a line between whose fragments was lost',
    files: [20],
    arrives: ([file]) => [inFragments(file!, 17, 19).filter((_, i) => i !== 18)],
    seal: { state: 'gap', text: /^gap .* 59 bytes, lost on the way/ },
  },
  {
    name: 'a whole file that an agent marks as lost',
    files: [10, 10, 10],
    arrives: ([first, second, third]) => [first!, [markOf(second!, first!.at(-1)!)], third!],
    seal: { state: 'gap', text: 'gap 14:03:09 UTC, 590 bytes, lost at rotation' },
  },
  {
    name: 'a file of which nothing came but that an agent marks it as lost',
    files: [10],
    arrives: ([first]) => [[markOf(first!, first![9]!)]],
    seal: { state: 'gap', text: /^gap .*14:03:09 UTC, 580 bytes, / },
  },
  {
    name: 'the end of a file that an agent marks as lost, twice',
    files: [10, 10],
    arrives: ([first, second]) => [
      first!.slice(0, 7),
      [markOf(first!, first![6]!), markOf(first!, first![6]!)],
      second!,
      [markOf(first!, first![6]!)],
    ],
    seal: { state: 'gap', text: 'gap 14:03:06 UTC, 174 bytes, lost on the way' },
  },
  {
    name: 'a file that an agent marks as lost, and that comes later',
    files: [10],
    arrives: ([first]) => [[markOf(first!, first![9]!)], without(first!, 'eof')],
    seal: { state: 'tail-unknown', text: /no agent reported that its log was read to the end; 10 lines, none known/ },
  },
  {
    name: 'a file that came whole, and that an agent marks as lost',
    files: [10, 10],
    arrives: ([first, second]) => [first!, second!, [markOf(first!, first![9]!), markOf(first!, first![3]!)]],
    seal: { state: 'sealed', text: 'sealed: 20 lines, 0 missing' },
  },
  {
    name: 'marks where lines begin and within them, in a file that was read on',
    files: [10],
    arrives: ([first]) => [
      first!.slice(0, 4),
      [markOf(first!.slice(0, 6), first![3]!), { ...markOf(first!, first![4]!), offset: 70 }],
      first!.slice(4),
    ],
    seal: { state: 'sealed', text: 'sealed: 10 lines, 0 missing' },
  },
  {
    name: 'a mark where a line is stored, behind a hole',
    files: [10],
    arrives: ([first]) => [first!.slice(0, 4), [markOf(first!.slice(0, 6), first![3]!)], first!.slice(6)],
    seal: { state: 'gap', text: 'gap 14:03:03–14:03:06 UTC, 116 bytes, lost on the way' },
  },
  {
    name: 'a clock that stepped back',
    files: [20],
    arrives: ([file]) => [
      file!.map((line, i) => (i < 10 ? line : { ...line, cri: line.cri.replace(/^\S+/, file![i - 9]!.cri.slice(0, 30)) })),
    ],
    seal: { state: 'sealed', text: 'sealed: 20 lines, 0 missing' },
  },
  {
    name: 'a line so long that it is cut',
    files: [20],
    arrives: ([file]) => [file!.map((line, i) => (i === 9 ? { ...line, cri: `${line.cri}${'x'.repeat(300 * 1024)}` } : line))],
    seal: { state: 'unsealed', text: 'unsealed: lines came without their lengths, or were cut' },
  },
]
