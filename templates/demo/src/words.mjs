/** The words of a text in order, in lower case. An apostrophe within a word belongs to it. */
export function words(text) {
  return text.toLowerCase().match(/\p{L}[\p{L}\p{N}]*(?:['’]\p{L}+)*/gu) ?? []
}
