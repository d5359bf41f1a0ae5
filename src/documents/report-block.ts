/** How something stands: the colour of a word. */
export type Mood = 'good' | 'bad' | 'open'

/** A piece of the page. All text is raw: whoever writes it down makes it harmless. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string; readonly word: string | null; readonly mood: Mood }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bad-news'; readonly text: string; readonly next: string | null }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'proof'; readonly criteria: readonly { readonly met: boolean; readonly text: string; readonly evidence: string }[] }
  | { readonly kind: 'table'; readonly head: readonly string[] | null; readonly rows: readonly (readonly string[])[] }

export const heading = (level: 1 | 2 | 3, text: string, word: string | null = null, mood: Mood = 'open'): Block => ({
  ...{ kind: 'heading', level, text, word, mood },
})
