// Every protocol of agents, for what is tested and measured over each of them. A new protocol adds its entry here.
import { bulk } from './bulk.ts'
import { fluentJson, fluentJsonLines, fluentJsonStream, fluentMsgpack, fluentRaw } from './fluent.ts'
import { lokiJson, lokiProto } from './loki.ts'
import { journald } from './journald.ts'
import { forwardProtocol } from './forward.ts'
import { otlpJson, otlpProto } from './otlp.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import type { AgentProtocol } from './protocol.ts'
import { syslog } from './syslog.ts'

export const protocols: readonly AgentProtocol[] = [
  otlpProto,
  otlpJson,
  fluentJson,
  fluentJsonLines,
  fluentJsonStream,
  fluentMsgpack,
  fluentRaw,
  lokiProto,
  lokiJson,
  bulk,
  journald,
  syslog,
  forwardProtocol({ port: await freePort(), sharedKey: 'the key' }),
]
