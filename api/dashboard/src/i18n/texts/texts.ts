/** The same keys in another language: one that is missing or too many is a type error. */
export type Texts<T> = { [K in keyof T]: T[K] extends string ? string : Texts<T[K]> };
