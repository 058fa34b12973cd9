// Fluent Bit's part of docker-compose.yml, played by kcat: for each `tail` input of its configuration the messages that
// its `kafka` output makes of the lines, with the settings that the output gives to librdkafka, which is what kcat is
// made of too. That Fluent Bit makes these messages is captured in test/fixtures/fluent-bit.
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { kcatProduce } from './kafka/kcat.ts'

type Section = Record<string, unknown>
interface Configuration {
  includes?: string[]
  pipeline?: { inputs?: Section[]; filters?: Section[]; outputs?: Section[] }
}

export interface FluentBitOptions {
  /** Of the configuration. */
  file: string
  /** What `${NAME}` in it stands for. */
  env: Readonly<Record<string, string>>
  /** Where its files are on this machine. */
  place: (path: string) => string
}

export interface AgentMessage {
  topic: string
  key: string | undefined
  value: string
}

/** Every message that the files give, in their order, and the settings of librdkafka for them. */
export async function fluentBitMessages({ file, env, place }: FluentBitOptions) {
  const { inputs, filters, outputs } = pipelineOf(file, env)
  const messages: AgentMessage[] = []
  for (const input of inputs) {
    const output = outputs.find(({ match }) => match === input['tag'])!
    const records = filters.filter(({ match }) => match === input['tag']).flatMap(({ record }) => record as string[])
    const added = Object.fromEntries(records.map((record) => record.split(/ +(.*)/s) as [string, string]))
    const keyField = output['message_key_field'] as string | undefined
    for await (const found of glob(place(text(input, 'path')))) {
      for (const { offset, line } of linesOf(found)) {
        const record: Record<string, unknown> = {
          '@timestamp': Date.now() / 1000,
          ...(input['path_key'] === undefined ? {} : { [text(input, 'path_key')]: found }),
          ...(input['offset_key'] === undefined ? {} : { [text(input, 'offset_key')]: offset }),
          [text(input, 'key')]: line,
          ...added,
        }
        messages.push({
          topic: text(output, 'topics'),
          key: keyField === undefined ? undefined : String(record[keyField]),
          value: output['format'] === 'raw' ? String(record[text(output, 'raw_log_key')]) : JSON.stringify(record),
        })
      }
    }
  }
  return messages
}

/** Produces them, a file after the other. */
export async function playFluentBit(options: FluentBitOptions): Promise<AgentMessage[]> {
  const messages = await fluentBitMessages(options)
  const { outputs } = pipelineOf(options.file, options.env)
  const groups = Map.groupBy(messages, ({ topic, key }) => JSON.stringify([topic, key]))
  for (const group of groups.values()) {
    const { topic, key } = group[0]!
    const output = outputs.find(({ topics }) => topics === topic)!
    const settings = Object.entries(output).flatMap(([name, value]) =>
      name.startsWith('rdkafka.') ? [[name.slice('rdkafka.'.length), String(value)] as const] : [],
    )
    await kcatProduce({
      brokers: text(output, 'brokers'),
      topic,
      ...(key === undefined ? {} : { key }),
      lines: group.map(({ value }) => value),
      properties: Object.fromEntries(settings),
    })
  }
  return messages
}

/** With everything that it includes, variables put in. */
function pipelineOf(file: string, env: Readonly<Record<string, string>>): Required<NonNullable<Configuration['pipeline']>> {
  const content = readFileSync(file, 'utf8').replace(/\$\{(\w+)\}/g, (found, name: string) => {
    if (env[name] === undefined) throw new Error(`${file}: ${found} has no value`)
    return env[name]
  })
  const { includes = [], pipeline = {} } = parse(content) as Configuration
  const parts = [...includes.map((name) => pipelineOf(join(dirname(file), name), env)), pipeline]
  return {
    inputs: parts.flatMap(({ inputs = [] }) => inputs),
    filters: parts.flatMap(({ filters = [] }) => filters),
    outputs: parts.flatMap(({ outputs = [] }) => outputs),
  }
}

const text = (section: Section, name: string): string => section[name] as string

/** Lines of a file with where each starts, in bytes. */
function linesOf(file: string): { offset: number; line: string }[] {
  let offset = 0
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const start = offset
      offset += Buffer.byteLength(line) + 1
      return line === '' ? [] : [{ offset: start, line }]
    })
}
