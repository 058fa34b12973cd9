import { expect, test } from 'vitest'
import { spellingsInText, spellingsOf } from '#query/search/trace-spellings.ts'

const hex = '4bf92f3577b34da6a3ce929d0e0e4736'

test('every spelling of a trace id leads to the others', () => {
  const forms = [
    hex,
    hex.toUpperCase(),
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
    '4BF92F35-77B3-4DA6-A3CE-929D0E0E4736',
    `0x${hex}`,
    '1-4bf92f35-77b34da6a3ce929d0e0e4736',
    'S/kvNXezTaajzpKdDg5HNg==',
  ]
  for (const form of forms) expect(spellingsOf('trace', form)).toEqual(expect.arrayContaining(forms))
  expect(spellingsOf('trace', '4Bf92f3577b34da6a3ce929d0e0e4736')[0]).toBe(hex)
})

test('an id of 64 bits is also one with zeros before it', () => {
  const half = 'a3ce929d0e0e4736'
  expect(spellingsOf('trace', half)).toContain(`${'0'.repeat(16)}${half}`)
  expect(spellingsOf('trace', `${'0'.repeat(16)}${half}`)).toContain(half)
  expect(spellingsOf('span', half)).toEqual(expect.arrayContaining([half.toUpperCase(), 'o86SnQ4ORzY=']))
})

test('what is no id is itself alone', () => {
  for (const text of ['abc', '', 'abcd', `${hex}0`, 'Root=1-5759e988', '4bf92f35-77b3', 'S/kvNXezTaajzpKdDg5HNg===x'])
    expect(spellingsOf('trace', text)).toEqual([text])
  expect(spellingsOf('span', hex)).toEqual([hex])
})

test('in text, capitals are no spelling of their own', () => {
  const inText = spellingsInText('trace', hex)
  expect(new Set(inText.map((each) => each.toLowerCase())).size).toBe(inText.length)
  expect(inText).toHaveLength(5)
})

test('a header that carries an id is a spelling of it', () => {
  const span = '00f067aa0ba902b7'
  for (const carrier of [
    `00-${hex}-${span}-01`,
    `${hex}-${span}-1`,
    `${hex}:${span}:0:1`,
    `Root=1-${hex.slice(0, 8)}-${hex.slice(8)};Parent=${span};Sampled=1`,
  ]) {
    expect(spellingsOf('trace', carrier)).toContain(hex)
    expect(spellingsOf('span', carrier)).toContain(span)
  }
  for (const carrier of [
    `${hex}/123;o=1`,
    `projects/shop/traces/${hex}`,
    'urn:uuid:4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
    '{4bf92f35-77b3-4da6-a3ce-929d0e0e4736}',
    `"${hex}"`,
  ]) {
    expect(spellingsOf('trace', carrier)).toContain(hex)
    expect(spellingsOf('span', carrier)).toEqual([carrier])
  }
})
