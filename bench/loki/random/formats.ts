// Random formats of lines and labels, and what takes labels or colours away.
import type { Random } from '../../storage/random.ts'
import { valueTest, type TextOperator } from '../plain/filters.ts'
import type { PlainLine } from '../plain/plain-line.ts'
import type { PlainStage } from '../plain/stage.ts'
import { fieldsOf, templates } from '../plain/templates.ts'
import { literal } from './line-filters.ts'

type Make = (typeof templates)[number][1]

/** Undefined where the template fails, which is an error of the line. */
function made(line: PlainLine, make: Make): string | undefined {
  const value = make({ of: (name) => line.textOf(name), line: line.text, timeNs: line.timeNs })
  if (value === undefined) line.error = 'TemplateFormatErr'
  return value
}

function lineFormat(random: Random): PlainStage {
  const [text, make] = random.pick(templates)
  return {
    text: `| line_format ${literal(text, random)}`,
    reads: fieldsOf(text),
    run(line) {
      line.text = made(line, make) ?? line.text
      return true
    },
  }
}

/** Labels that get another name, then at most one that a template makes. */
function labelFormat(random: Random): PlainStage {
  const [text, make] = random.pick(templates)
  const { renamed, from, to } = random.pick<{ renamed?: string; from?: string; to?: string }>([
    { renamed: 'lvl2', from: 'level' },
    { renamed: 'app2', from: 'app', to: 'note' },
    { to: 'level' },
    { to: 'note' },
  ])
  const parts = [
    ...(renamed === undefined ? [] : [`${renamed}=${from}`]),
    ...(to === undefined ? [] : [`${to}=${literal(text, random)}`]),
  ]
  return {
    text: `| label_format ${parts.join(', ')}`,
    reads: [...(from === undefined ? [] : [from]), ...(to === undefined ? [] : fieldsOf(text))],
    run(line) {
      const value = from === undefined ? undefined : line.get(from)
      if (renamed !== undefined && value !== undefined) {
        line.set(renamed, value)
        line.remove(from!)
      }
      const template = to === undefined ? undefined : made(line, make)
      if (template !== undefined) line.set(to!, template)
      return true
    },
  }
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

export const decolorize: PlainStage = {
  text: '| decolorize',
  reads: [],
  run(line) {
    line.text = line.text.replaceAll(colours, '')
    return true
  },
}

interface Named {
  name: string
  operator?: TextOperator
  value?: string
}

const written = (all: readonly Named[]): string =>
  all.map(({ name, operator = '', value }) => `${name}${operator}${value === undefined ? '' : JSON.stringify(value)}`).join(', ')
const agrees = ({ operator, value }: Named, text: string): boolean =>
  operator === undefined || valueTest(operator, value!, { dotAll: true })(text)

const level: Named = { name: 'level', operator: '=', value: 'error' }

function drop(random: Random): PlainStage {
  const all = random.pick<Named[]>([
    [{ name: 'level' }],
    [{ name: 'msg' }, { name: 'took' }],
    [{ name: '__error__' }, { name: '__error_details__' }],
    [level],
    [{ name: 'app', operator: '=~', value: 'c.*' }, { name: 'pod' }],
    [{ name: '__error__', operator: '=~', value: 'J.*' }],
  ])
  return {
    text: `| drop ${written(all)}`,
    reads: [],
    run(line) {
      for (const one of all) {
        if (!agrees(one, line.textOf(one.name))) continue
        if (one.name === '__error__') line.error = ''
        else line.remove(one.name)
      }
      return true
    },
  }
}

/** Errors stay. */
function keep(random: Random): PlainStage {
  const all = random.pick<Named[]>([
    [{ name: 'level' }],
    [{ name: 'app' }, { name: 'status' }],
    [level, { name: 'app' }],
    [{ name: 'missing' }],
    [{ name: 'app' }, { name: 'namespace' }, { name: '__error__' }],
  ])
  return {
    text: `| keep ${written(all)}`,
    reads: [],
    run(line) {
      for (const [name, value] of Object.entries(line.labels))
        if (name !== '__error__' && !all.some((one) => one.name === name && agrees(one, value))) line.remove(name)
      return true
    },
  }
}

export const format = (random: Random): PlainStage =>
  random.pick([lineFormat, lineFormat, labelFormat, labelFormat, () => decolorize, drop, keep])(random)
