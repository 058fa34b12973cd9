// A value of a death that narrows the list to its like.
import { Link } from '@tanstack/react-router'

export type FilterName = 'namespace' | 'owner' | 'node' | 'outcome' | 'image'

export const FilterLink = ({ name, value }: { name: FilterName; value: string }) => (
  <Link
    to="/deaths"
    search={(before) => ({ ...before, [name]: [value] })}
    title={`Only deaths of ${name} ${value}`}
    className="filter-link"
  >
    {value}
  </Link>
)
