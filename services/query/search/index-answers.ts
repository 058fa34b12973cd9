// Pure: whether indexes answer a search nearly alone, so that counting its lines by hour costs less than looking for
// the newest ones hour by hour.
import { isId, idKindOf } from './trace-spellings.ts'
import type { SearchNode } from './syntax/search-node.ts'

/** Such a word with a digit is an id, which few lines have; most lines may have a shorter one, such as 200. */
const idCharsMin = 8

/** True for words of letters, ids, and what is made of these alone. */
export function indexAnswers(node: SearchNode): boolean {
  switch (node.kind) {
    case 'and':
    case 'or':
      return node.terms.length > 0 && node.terms.every(indexAnswers)
    case 'word':
      return isIndexed(node.text.toLowerCase())
    case 'field': {
      const kind = idKindOf(node.name)
      return kind !== undefined && node.test.op === 'eq' && isId(kind, node.test.value)
    }
    case 'not':
    case 'phrase':
    case 'prefix':
    case 'regex':
      return false
  }
}

const isIndexed = (word: string): boolean =>
  /^[a-z]+$/.test(word) || (/^[0-9a-z]+$/.test(word) && word.length >= idCharsMin)
