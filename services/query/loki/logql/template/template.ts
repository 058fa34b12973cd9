// {{ if .error }}{{ .error | upper }}{{ else }}{{ __line__ }}{{ end }}
// Templates of line_format and label_format: those of Go, with the functions that Loki documents. A template takes a
// bounded number of steps and makes a bounded text.
import { units } from '../pipeline/line-work.ts'
import { builtinFunctions, textOfValue } from './builtin-functions.ts'
import { numberFunctions } from './number-functions.ts'
import { callFunction, textMax, type TemplateContext, type TemplateFunction } from './template-functions.ts'
import { templateTokens } from './template-tokens.ts'
import { parseTemplate, type Operand, type Pipe, type TemplateNode } from './template-tree.ts'
import { isList, isMap, isTrue, sortedEntries, TemplateError, typeName, type Value } from './template-value.ts'
import { textFunctions } from './text-functions.ts'
import { timeFunctions } from './time-functions.ts'

export { TemplateError }

export interface TemplateInput extends TemplateContext {
  /** The labels. */
  values: ReadonlyMap<string, string>
}

/** Throws TemplateError where it fails on this line. */
export type Template = (input: TemplateInput) => string

const functions = new Map<string, TemplateFunction>(
  [builtinFunctions, textFunctions, numberFunctions, timeFunctions].flatMap((group) => Object.entries(group)),
)
const shortCircuits = new Set(['and', 'or'])

/** Throws where the template is none. */
export function compileTemplate(template: string): Template {
  const nodes = parseTemplate(template, (name) => functions.has(name) || shortCircuits.has(name))
  return (input) => {
    const run = new Run(input)
    run.list(nodes, input.values)
    return run.text
  }
}

/** Labels that the template names. */
export const templateFields = (template: string): string[] =>
  templateTokens(template).flatMap((token) => (token.kind === 'field' ? [token.text] : []))

/** Whether it asks for the line or its time. */
export const readsLine = (template: string): boolean =>
  templateTokens(template).some(({ kind, text }) => kind === 'word' && /^(?:__line__|__timestamp__|now)$/.test(text))

const stepsMax = 100_000
const variablesMax = 1000

type Flow = 'break' | 'continue' | undefined

class Run {
  text = ''
  readonly #context: TemplateInput
  #variables: { name: string; value: Value }[]
  #steps = 0

  constructor(context: TemplateInput) {
    this.#context = context
    this.#variables = [{ name: '$', value: context.values }]
  }

  list(nodes: readonly TemplateNode[], dot: Value): Flow {
    for (const node of nodes) {
      this.#step()
      const flow = this.#node(node, dot)
      if (flow !== undefined) return flow
    }
    return undefined
  }

  #step(): void {
    if (++this.#steps > stepsMax) throw new TemplateError(`the template takes more than ${stepsMax} steps`)
    this.#context.work.spend(units.templateStep)
  }

  #node(node: TemplateNode, dot: Value): Flow {
    switch (node.kind) {
      case 'text':
        return this.#write(node.text)
      case 'action': {
        const value = this.#pipe(node.pipe, dot)
        return node.pipe.variables.length === 0 ? this.#write(textOfValue(value)) : undefined
      }
      case 'break':
      case 'continue':
        return node.kind
      case 'if':
      case 'with': {
        const depth = this.#variables.length
        const value = this.#pipe(node.pipe, dot)
        const flow = isTrue(value)
          ? this.list(node.body, node.kind === 'with' ? value : dot)
          : this.list(node.otherwise, dot)
        this.#variables.length = depth
        return flow
      }
      case 'range':
        return this.#range(node, dot)
    }
  }

  #range(node: Extract<TemplateNode, { kind: 'if' | 'with' | 'range' }>, dot: Value): Flow {
    const depth = this.#variables.length
    const { variables } = node.pipe
    const value = this.#pipe({ ...node.pipe, variables: [] }, dot)
    const items = itemsOf(value)
    this.#context.work.spend(units.item * items.length)
    for (const [key, item] of items) {
      if (variables.length === 1) this.#declare(variables[0]!, item)
      if (variables.length === 2) {
        this.#declare(variables[0]!, key)
        this.#declare(variables[1]!, item)
      }
      const flow = this.list(node.body, item)
      this.#variables.length = depth
      if (flow === 'break') return undefined
    }
    return items.length === 0 ? this.list(node.otherwise, dot) : undefined
  }

  #write(text: string): undefined {
    this.text += text
    if (this.text.length > textMax) throw new TemplateError(`the template makes more than ${textMax} characters`)
  }

  #pipe(pipe: Pipe, dot: Value): Value {
    let value: Value
    for (const [i, command] of pipe.commands.entries()) value = this.#command(command, dot, i > 0 ? [value] : [])
    for (const name of pipe.variables) {
      const known = pipe.assigns ? this.#variables.findLast((variable) => variable.name === name) : undefined
      if (pipe.assigns && known === undefined) throw new TemplateError(`undefined variable: ${name}`)
      if (known === undefined) this.#declare(name, value)
      else known.value = value
    }
    return value
  }

  #command([first, ...rest]: readonly Operand[], dot: Value, last: readonly Value[]): Value {
    this.#step()
    if (first!.kind === 'function') {
      const value = shortCircuits.has(first!.name)
        ? this.#shortCircuit(first!.name, rest, dot, last)
        : callFunction(
            first!.name,
            functions.get(first!.name)!,
            [...rest.map((operand) => this.#operand(operand, dot)), ...last],
            this.#context,
          )
      return this.#fields(value, first!.path)
    }
    if (rest.length > 0 || last.length > 0) throw new TemplateError("can't give argument to non-function")
    return this.#operand(first!, dot)
  }

  #shortCircuit(name: string, operands: readonly Operand[], dot: Value, last: readonly Value[]): Value {
    let value: Value
    for (const operand of operands) {
      value = this.#operand(operand, dot)
      if (isTrue(value) === (name === 'or')) return value
    }
    return last.length > 0 ? last[0] : value
  }

  #operand(operand: Operand, dot: Value): Value {
    switch (operand.kind) {
      case 'dot':
        return this.#fields(dot, operand.path)
      case 'literal':
        return this.#fields(operand.value, operand.path)
      case 'pipe':
        return this.#fields(this.#pipe(operand.pipe, dot), operand.path)
      case 'function':
        return this.#command([operand], dot, [])
      case 'variable': {
        const variable = this.#variables.findLast(({ name }) => name === operand.name)
        if (variable === undefined) throw new TemplateError(`undefined variable: ${operand.name}`)
        return this.#fields(variable.value, operand.path)
      }
    }
  }

  /** A label that is missing is ''. */
  #fields(value: Value, path: readonly string[]): Value {
    let current = value
    for (const name of path) {
      if (!isMap(current)) throw new TemplateError(`can't evaluate field ${name} in type ${typeName(current)}`)
      current = current.has(name) ? current.get(name) : current === this.#context.values ? '' : undefined
    }
    return current
  }

  #declare(name: string, value: Value): void {
    if (this.#variables.length >= variablesMax) throw new TemplateError(`more than ${variablesMax} variables`)
    this.#variables.push({ name, value })
  }
}

function itemsOf(value: Value): [Value, Value][] {
  if (isList(value)) return value.map((item, i) => [BigInt(i), item])
  if (isMap(value)) return sortedEntries(value)
  if (typeof value === 'bigint')
    return Array.from({ length: Math.min(Number(value), stepsMax + 1) }, (_, i) => [BigInt(i), BigInt(i)])
  if (value === undefined || value === null) return []
  throw new TemplateError(`range can't iterate over ${textOfValue(value)}`)
}
