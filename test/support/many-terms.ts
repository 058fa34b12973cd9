// Search texts of many terms.
export const many = (count: number, term: (i: number) => string, separator = ' OR '): string =>
  Array.from({ length: count }, (_, i) => term(i)).join(separator)
