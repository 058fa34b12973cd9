// Every protocol of agents, for what is tested and measured over each of them. A new protocol adds its entry here.
import { fluentJson, fluentJsonLines, fluentJsonStream, fluentRaw } from './fluent.ts'
import { otlpJson, otlpProto } from './otlp.ts'
import type { AgentProtocol } from './protocol.ts'

export const protocols: readonly AgentProtocol[] = [otlpProto, otlpJson, fluentJson, fluentJsonLines, fluentJsonStream, fluentRaw]
