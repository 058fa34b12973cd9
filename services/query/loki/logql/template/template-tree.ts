// The tokens of a template as a tree.
import { templateTokens, type Token } from './template-tokens.ts'
import type { Value } from './template-value.ts'

export type TemplateNode =
  | { kind: 'text'; text: string }
  | { kind: 'action'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; body: TemplateNode[]; otherwise: TemplateNode[] }
  | { kind: 'break' | 'continue' }

/** `$a, $b := first | second` */
export interface Pipe {
  variables: string[]
  /** `=` rather than `:=`. */
  assigns: boolean
  commands: Operand[][]
}

/** `path`: fields behind it. */
export type Operand = { path: readonly string[] } & (
  | { kind: 'dot' }
  | { kind: 'variable'; name: string }
  | { kind: 'function'; name: string }
  | { kind: 'literal'; value: Value }
  | { kind: 'pipe'; pipe: Pipe }
)

const depthMax = 100

/** Throws where the template is none. `isFunction`: which functions there are. */
export function parseTemplate(template: string, isFunction: (name: string) => boolean): TemplateNode[] {
  const parser = new Parser(templateTokens(template), isFunction)
  const nodes = parser.list()
  if (!parser.ended) throw new Error('unexpected {{end}} or {{else}}')
  return nodes
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #isFunction: (name: string) => boolean
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[], isFunction: (name: string) => boolean) {
    this.#tokens = tokens
    this.#isFunction = isFunction
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** Nodes up to `{{end}}`, `{{else}}` or the end. */
  list(): TemplateNode[] {
    if (++this.#depth > depthMax) throw new Error('the template is nested too deeply')
    const nodes: TemplateNode[] = []
    for (let next = this.#peek(); next !== undefined; next = this.#peek()) {
      if (next.kind === 'text') {
        this.#at += 1
        nodes.push({ kind: 'text', text: next.text })
        continue
      }
      const word = this.#tokens[this.#at + 1]
      if (word?.kind === 'word' && (word.text === 'end' || word.text === 'else')) break
      this.#at += 1
      nodes.push(this.#action())
    }
    this.#depth -= 1
    return nodes
  }

  #action(): TemplateNode {
    const next = this.#peek()
    if (next?.kind === 'word') {
      const { text } = next
      if (text === 'if' || text === 'with' || text === 'range') {
        this.#at += 1
        return this.#branch(text)
      }
      if (text === 'break' || text === 'continue') {
        this.#at += 1
        this.#close()
        return { kind: text }
      }
      if (['define', 'template', 'block'].includes(text)) throw new Error(`{{${text}}} is not supported`)
    }
    const pipe = this.#pipe()
    this.#close()
    return { kind: 'action', pipe }
  }

  #branch(kind: 'if' | 'with' | 'range'): TemplateNode {
    const pipe = this.#pipe()
    this.#close()
    const body = this.list()
    let otherwise: TemplateNode[] = []
    this.#take('open')
    if (this.#word() === 'else') {
      const next = this.#peek()
      if (next?.kind === 'word' && (next.text === 'if' || next.text === 'with')) {
        this.#at += 1
        return { kind, pipe, body, otherwise: [this.#branch(next.text)] }
      }
      this.#close()
      otherwise = this.list()
      this.#take('open')
      if (this.#word() !== 'end') throw new Error('expected {{end}}')
    }
    this.#close()
    return { kind, pipe, body, otherwise }
  }

  #pipe(): Pipe {
    if (++this.#depth > depthMax) throw new Error('the template is nested too deeply')
    const begin = this.#at
    const variables: string[] = []
    while (this.#peek()?.kind === 'variable') {
      variables.push(this.#tokens[this.#at++]!.text)
      if (!this.#skip(',')) break
    }
    const declares = variables.length > 0 && this.#skip(':=')
    const assigns = !declares && variables.length > 0 && this.#skip('=')
    if (!declares && !assigns) {
      variables.length = 0
      this.#at = begin
    }
    const commands: Operand[][] = []
    do commands.push(this.#command())
    while (this.#skip('|'))
    this.#depth -= 1
    return { variables, assigns, commands }
  }

  #command(): Operand[] {
    const operands: Operand[] = []
    for (let operand = this.#operand(); operand !== undefined; operand = this.#operand()) operands.push(operand)
    if (operands.length === 0) throw new Error('missing value for command')
    return operands
  }

  #operand(): Operand | undefined {
    const base = this.#base()
    if (base === undefined) return undefined
    const path: string[] = [...base.path]
    for (let next = this.#peek(); next?.kind === 'field' && next.glued; next = this.#peek()) {
      path.push(next.text)
      this.#at += 1
    }
    return { ...base, path }
  }

  #base(): Operand | undefined {
    const next = this.#peek()
    if (next === undefined || next.kind === 'close' || next.kind === 'open' || next.kind === 'text') return undefined
    if (next.kind === 'sign' && next.text !== '(' && next.text !== '.') return undefined
    this.#at += 1
    switch (next.kind) {
      case 'field':
        return { kind: 'dot', path: [next.text] }
      case 'variable':
        return { kind: 'variable', name: next.text, path: [] }
      case 'string':
        return { kind: 'literal', value: next.text, path: [] }
      case 'number':
        return { kind: 'literal', value: next.value, path: [] }
      case 'word':
        return this.#named(next.text)
      case 'sign': {
        if (next.text === '.') return { kind: 'dot', path: [] }
        const pipe = this.#pipe()
        if (!this.#skip(')')) throw new Error('unclosed left paren')
        return { kind: 'pipe', pipe, path: [] }
      }
    }
  }

  #named(name: string): Operand {
    if (name === 'true' || name === 'false') return { kind: 'literal', value: name === 'true', path: [] }
    if (name === 'nil') return { kind: 'literal', value: null, path: [] }
    if (!this.#isFunction(name)) throw new Error(`function ${JSON.stringify(name)} not defined`)
    return { kind: 'function', name, path: [] }
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #skip(sign: string): boolean {
    const next = this.#peek()
    if (next?.kind !== 'sign' || next.text !== sign) return false
    this.#at += 1
    return true
  }

  #take(kind: Token['kind']): void {
    if (this.#peek()?.kind !== kind) throw new Error(this.ended ? 'unexpected EOF' : 'unexpected end of the action')
    this.#at += 1
  }

  #word(): string {
    const next = this.#peek()
    this.#at += 1
    return next?.kind === 'word' ? next.text : ''
  }

  #close(): void {
    const next = this.#peek()
    if (next?.kind !== 'close') throw new Error(`unexpected ${JSON.stringify(next?.text ?? 'EOF')} in an action`)
    this.#at += 1
  }
}
