import { describe, expect, test } from 'vitest'
import { allowsOrigin, parseOrigins } from '#shared/allowed-origins.ts'

describe('origins', () => {
  test('are written as browsers send them', () => {
    expect([...parseOrigins(' https://a.example, http://localhost:5173 ')]).toEqual([
      'https://a.example',
      'http://localhost:5173',
    ])
    expect([...parseOrigins('*')]).toEqual(['*'])
  })
  test.each([
    'a.example',
    'https://a.example/',
    'https://a.example/page',
    'https://A.example',
    'ftp://a.example',
    'null',
    'https://*.example',
  ])('%s is refused', (text) => expect(() => parseOrigins(text)).toThrow('is no origin'))
  test('nothing is no origin', () => expect(() => parseOrigins(' ,')).toThrow('must name an origin'))
  test('no origin is allowed where none is named', () => {
    expect(allowsOrigin(undefined, 'https://a.example')).toBe(false)
    expect(allowsOrigin(parseOrigins('*'), undefined)).toBe(false)
  })
})
