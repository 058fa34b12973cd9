// What stood last in the head of a text.
export const lastWord = { nothing: 0, time: 1, number: 2, bare: 3, name: 4 } as const
export type LastWord = (typeof lastWord)[keyof typeof lastWord]
