// Pure: what the types of the API say of the document that they were made from.
import { createHash } from 'node:crypto'

export const firstLineOf = (document: object): string =>
  `// Of the document ${createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 16)}: npm run web:types`
