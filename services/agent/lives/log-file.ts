// What the agent knows of a log file, and of the life of a container that wrote it.

export interface LogFile {
  /** Names the file in the batches of this process. */
  readonly id: number
  readonly life: Life
  /** The name that its lines carry, made of its first line; undefined until that is whole. */
  file: string | undefined
  /** Times of its first line, and of the last one that was read. */
  firstAt: string | undefined
  lastAt: string | undefined
  /** Where the last line begins that was read, and a digest of it: whether a file is this one is seen there. */
  lastLine: { offset: number; digest: string } | undefined
  /** Its name in the directory of the container, as it was last seen there. */
  name: string
  gz: boolean
  inode: number
  bornMs: number
  /** When it was last written to, as its directory has it. */
  writtenMs: number
  /** Bytes, decompressed, as they were last seen. */
  size: number
  /** Everything before was read and handed over, or was acknowledged. */
  readTo: number
  storedTo: number
  /** How far bytes were looked at: behind `readTo` stands the begin of a line. */
  lookedTo: number
  /** Zero bytes at its end, as a power loss leaves them: they were read, and are no line. */
  zeroBytes: number
  /** Whether it is in the directory, and in how many listings it was not since. */
  isPresent: boolean
  missed: number
  /** Whether its content was compared with `file` since this process began. */
  isVerified: boolean
  /** When its size last changed, and when a newer file or the end of its life was first seen: ms of a steady clock. */
  grewAtMs: number
  supersededAtMs: number | undefined
  /** Nothing more will be read of it: it was read to an end behind which nobody writes. */
  isRead: boolean
  /**
   * It ends in zero bytes or in the middle of a compressed stream, a read of it failed, the service refused a line of it
   * without a trace, or another file of its life has its first line and so its name: neither its end nor what is stored
   * of it proves anything.
   */
  isDamaged: boolean
  /** Which file of the life was written right before it. */
  before: Before
  /** Whether its end was told to the service. */
  end: 'open' | 'sent' | 'stored'
  /** Once it is gone: the time with which the service is told that bytes of it are lost. */
  lostAt: string | undefined
  lost: 'nothing' | 'decided' | 'sent' | 'stored'
}

/**
 * `first`: nothing was written before it. `follows`: it goes on where that file ended, both were seen side by side
 * twice. `unknown`: other files may have been written and removed between. `open`: not decided yet.
 */
export type Before =
  | { is: 'open'; candidate: LogFile | 'none' | undefined; sinceScan: number }
  | { is: 'first' | 'unknown' }
  | { is: 'follows'; id: number | undefined }

/** One run of a container: the files of one restart number, oldest first. */
export interface Life {
  readonly key: string
  /** The path of its live file as the kubelet of the node writes it. */
  readonly path: string
  /** Of its files. */
  readonly directory: string
  readonly restart: number
  files: LogFile[]
  /** Whether files of it were there that are gone: they are forgotten, or were never seen. */
  hadFiles: boolean
  /**
   * Whether the state was written since it is known what was before the first file, or could not be. Nothing of the life
   * is read before.
   */
  isRecorded: boolean
  /** When it was first seen that its container writes no more; undefined again where it does. */
  overAtMs: number | undefined
  /** The directory of the container is gone. */
  isRemoved: boolean
  missed: number
}

/** A file as the directory lists it. */
export interface PresentFile {
  name: string
  /** As the name has it: when it was rotated. */
  rotated: string | undefined
  gz: boolean
  inode: number
  bornMs: number
  writtenMs: number
  /** Compressed, where it is. */
  bytes: number
}

export const newLife = (key: string, directory: string, path: string, restart: number): Life => ({
  key,
  path,
  directory,
  restart,
  files: [],
  hadFiles: false,
  isRecorded: false,
  overAtMs: undefined,
  isRemoved: false,
  missed: 0,
})

export const newFile = (
  id: number,
  life: Life,
  { name, gz, inode, bornMs, writtenMs, bytes }: PresentFile,
  nowMs: number,
): LogFile => ({
  id,
  life,
  file: undefined,
  firstAt: undefined,
  lastAt: undefined,
  lastLine: undefined,
  name,
  gz,
  inode,
  bornMs,
  writtenMs,
  size: gz ? 0 : bytes,
  readTo: 0,
  storedTo: 0,
  lookedTo: 0,
  zeroBytes: 0,
  isPresent: true,
  missed: 0,
  isVerified: false,
  grewAtMs: nowMs,
  supersededAtMs: undefined,
  isRead: false,
  isDamaged: false,
  before: { is: 'open', candidate: undefined, sinceScan: 0 },
  end: 'open',
  lostAt: undefined,
  lost: 'nothing',
})

/** Whether nobody writes to it any more. A compressed file is a copy that the kubelet finished. */
export function isFinal({ gz, supersededAtMs, grewAtMs }: LogFile, nowMs: number, settleMs: number): boolean {
  return gz || (supersededAtMs !== undefined && nowMs - Math.max(supersededAtMs, grewAtMs) >= settleMs)
}

/** Whether it was looked for in vain often enough to be gone. A rename hides a file from one listing. */
export const isGone = ({ isPresent, missed }: LogFile): boolean => !isPresent && missed >= 2

/** Where its lines end, as far as it was seen. */
export const endOfLines = ({ size, zeroBytes }: LogFile): number => size - zeroBytes

/** Whether the service has a row of it for certain, so that it would be seen if it were lost. */
export const hasTrace = ({ isDamaged, storedTo, lost }: LogFile): boolean =>
  !isDamaged && (storedTo > 0 || lost === 'stored')

/** Whether its life is new, and it is not known yet what was before the first file. */
export const waitsForLook = ({ life }: LogFile): boolean => !life.isRecorded && life.files[0]?.before.is === 'open'
