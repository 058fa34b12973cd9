// What completes a search text, from the fields and values that the lines have.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { ApiError } from '../api/client.ts'
import { fieldsOf, valuesOf, type LogFilters } from '../api/logs.ts'
import type { FieldsAnswer } from '../api/types.ts'
import { without } from '../search-params.ts'
import { withHiddenShown } from '../text/hidden-characters.ts'
import { completionPlace } from './completion-place.ts'
import { quoted } from './search-terms.ts'

const valuesMax = 50
/** Characters of a value that are shown. */
const labelMax = 200
/** ms after a key, so that not each key of a word asks. */
const pauseMs = 150

export const completionSource =
  (filters: () => LogFilters) =>
  async (context: CompletionContext): Promise<CompletionResult | null> => {
    const place = completionPlace(context.state.doc.toString(), context.pos)
    if (place === undefined) return null
    const { field, from, prefix, rest } = place
    if (field === undefined && prefix === '' && !context.explicit) return null
    const controller = new AbortController()
    context.addEventListener('abort', () => controller.abort(), { onDocChange: true })
    await new Promise((resolve) => setTimeout(resolve, context.explicit ? 0 : pauseMs))
    if (context.aborted) return null
    const within = without(filters(), 'q')
    const ask = (of: LogFilters): Promise<FieldsAnswer> =>
      field === undefined
        ? fieldsOf(of, controller.signal)
        : valuesOf({ field, filters: of, limit: valuesMax, signal: controller.signal })
    const answer = await ask(rest === undefined ? within : { ...within, q: rest })
      // The rest may be no search text of its own; and a field may be none.
      .catch((error: unknown) => (error instanceof ApiError && rest !== undefined ? ask(within) : undefined))
      .catch(() => undefined)
    if (answer === undefined || context.aborted) return null
    return { from, options: answer.values.filter(({ value }) => value !== '').map(optionOf(field)), filter: true }
  }

const optionOf =
  (field: string | undefined) =>
  ({ value, count, source }: FieldsAnswer['values'][number]): Completion => ({
    label: value,
    displayLabel: withHiddenShown(value.slice(0, labelMax))
      .map(({ text }) => text)
      .join(''),
    apply: field === undefined ? `${value}:` : `${valueText(value)} `,
    detail: `${source === 'pod' ? 'pods: ' : ''}${count.toLocaleString('en')}`,
    type: field === undefined ? 'field' : 'value',
    boost: Math.min(99, Math.log2(count + 1)),
  })

const valueText = (value: string): string => (/^[\p{L}\p{N}_.-]+$/u.test(value) ? value : quoted(value))
