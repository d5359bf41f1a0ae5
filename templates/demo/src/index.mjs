export { words } from './words.mjs'
