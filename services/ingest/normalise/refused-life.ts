// Refused lines of a life, as a row of refused_lines and as a dead letter have them.

/** Refused lines of one life at one place. */
export interface RefusedLife {
  /**
   * As in refused_lines: a uid, unresolved:<cluster>/<namespace>/<pod>, or container:<12 digits>. '' where nobody knows
   * whose lines they were: no life of the tenant that had begun by then is sealed.
   */
  podKey: string
  container: string
  /** -1 where it is not named, like offset and length. */
  restart: number
  /** Without its scheme. */
  containerId: string
  file: string
  offset: number
  length: number
  /** How many records. */
  lines: number
}

export const noPlace = { file: '', offset: -1, length: -1 }

/** Lines of lives that nobody can name. */
export const unnamedLife = (lines: number): RefusedLife => ({
  podKey: '',
  container: '',
  restart: -1,
  containerId: '',
  ...noPlace,
  lines,
})

export const isNamed = ({ podKey }: RefusedLife): boolean => podKey !== ''

export const linesOf = (lives: Iterable<RefusedLife>): number =>
  Array.from(lives, ({ lines }) => lines).reduce((sum, lines) => sum + lines, 0)

/** So many of the lives, and an unnamed one for the others. */
export const firstLives = (lives: readonly RefusedLife[], count: number): readonly RefusedLife[] => [
  ...lives.slice(0, count),
  unnamedLife(linesOf(lives.slice(count))),
]

/** As many of the lives as fit into so many characters of JSON, and an unnamed one for the others. */
export function fittingLives(lives: readonly RefusedLife[], charsMax: number): readonly RefusedLife[] {
  let fitting = lives
  for (let count = lives.length; count > 0 && JSON.stringify(fitting).length > charsMax;) {
    count = Math.floor(count / 2)
    fitting = firstLives(lives, count)
  }
  return fitting
}
