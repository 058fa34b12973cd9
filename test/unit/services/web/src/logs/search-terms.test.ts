import { describe, expect, test } from 'vitest'
import { fieldTerm, patternText, withTerm } from '#web/logs/search-terms.ts'

describe('a term for a value', () => {
  test.each([
    ['pod', 'cart-7d9f', 'pod:"cart-7d9f"'],
    ['labels.app.kubernetes.io/name', 'cart', 'labels.app.kubernetes.io/name:"cart"'],
    ['@timestamp', '12:30', '@timestamp:"12:30"'],
    ['user', String.raw`a "b" \c`, String.raw`user:"a \"b\" \\c"`],
  ])('of %s %s is %s', (field, value, term) => expect(fieldTerm(field, value)).toBe(term))

  test.each(['', 'a b', '1st', 'a:b', 'or', 'NOT', 'a"b'])('does not exist for a field named %j', (field) =>
    expect(fieldTerm(field, 'x')).toBeUndefined(),
  )
})

describe('a term joins a text', () => {
  test.each([
    [undefined, 'a'],
    ['', 'a'],
    ['*', 'a'],
    ['b', 'b a'],
    ['b OR c', '(b OR c) a'],
    ['"b OR c"', '"b OR c" a'],
    ['or', 'or a'],
    ['b a', 'b a'],
    ['ba', 'ba a'],
  ])('%j becomes %j', (text, joined) => expect(withTerm(text, 'a')).toBe(joined))
})

describe('the text of a pattern', () => {
  test.each([
    ['payment refused trace_id=<_>', '"payment refused trace_id="'],
    ['took <_>ms for user<_> today', '"today" "took" "for"'],
    ['<_> - - [<_>] "GET /healthz HTTP/<_>" <_>', String.raw`"] \"GET /healthz HTTP/"`],
    ['<_> <_>', ''],
  ])('%j is %j', (pattern, text) => expect(patternText(pattern)).toBe(text))
})
