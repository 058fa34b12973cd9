// Pure: what stands in the address of a view. Everything that is seen is there, in words that a person may change: lists
// are repeated parameters, as in the API.

export type Search = Readonly<Record<string, string | readonly string[]>>

export function parseSearch(text: string): Record<string, string | string[]> {
  const search: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const before = search[name]
    search[name] = before === undefined ? value : [before, value].flat()
  }
  return search
}

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search))
    for (const one of [value].flat()) if (typeof one === 'string' && one !== '') params.append(name, one)
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** The values of a repeatable parameter; undefined where there are none, so that the address stays short. */
export function listOf(search: Search, name: string): string[] | undefined {
  const values = [search[name] ?? []].flat().filter((value) => value !== '')
  return values.length === 0 ? undefined : values
}

/** The last value of a parameter that stands once. */
export function oneOf(search: Search, name: string): string | undefined {
  return listOf(search, name)?.at(-1)
}

export const choiceOf = <const T extends string>(search: Search, name: string, choices: readonly T[]): T | undefined =>
  choices.find((choice) => choice === oneOf(search, name))

export function choicesOf<const T extends string>(
  search: Search,
  name: string,
  choices: readonly T[],
): T[] | undefined {
  const values = choices.filter((choice) => listOf(search, name)?.includes(choice))
  return values.length === 0 ? undefined : values
}

/** A whole number of seconds, as text. */
export function secondsOf(search: Search, name: string): string | undefined {
  const value = oneOf(search, name)
  return value !== undefined && /^[1-9]\d{0,8}$/.test(value) ? value : undefined
}

/** The search but these parameters. */
export function without<T extends object, Name extends keyof T>(search: T, ...names: Name[]): Omit<T, Name> {
  const rest = { ...search }
  for (const name of names) delete rest[name]
  return rest
}

/** Members that are undefined are left out. */
export function defined<T extends Record<string, unknown>>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }
