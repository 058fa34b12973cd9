// A line as answers have it: of pod `cart-0` in `shop`, with nothing known of it that a test does not say.
import type { LineJson } from '#shared/lines/line-json.ts'

export const lineJson = (line: Pick<LineJson, 'time' | 'message'> & Partial<LineJson>): LineJson => ({
  cluster: '',
  namespace: 'shop',
  pod: 'cart-0',
  podUid: 'u',
  container: 'app',
  restart: 0,
  node: '',
  stream: 'stdout',
  severity: '',
  offset: null,
  containerId: '',
  unit: '',
  partial: false,
  traceId: '',
  spanId: '',
  labels: {},
  attributes: {},
  ...line,
})
