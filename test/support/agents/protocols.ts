// Every protocol of agents, for what is tested and measured over each of them. A new protocol adds its entry here.
import { bulk } from './bulk.ts'
import { fluentJson, fluentJsonLines, fluentJsonStream, fluentRaw } from './fluent.ts'
import { lokiJson, lokiProto } from './loki.ts'
import { journald } from './journald.ts'
import { otlpJson, otlpProto } from './otlp.ts'
import type { AgentProtocol } from './protocol.ts'
import { syslog } from './syslog.ts'

export const protocols: readonly AgentProtocol[] = [
  otlpProto,
  otlpJson,
  fluentJson,
  fluentJsonLines,
  fluentJsonStream,
  fluentRaw,
  lokiProto,
  lokiJson,
  bulk,
  journald,
  syslog,
]
