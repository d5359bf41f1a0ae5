/** Chance. */
export interface Chance {
  uuid(): string
  /** From 0 up to, not including, 1. */
  fraction(): number
}
