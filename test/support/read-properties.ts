import { join } from 'node:path'
import ts from 'typescript'
import { projectRoot } from './build.js'

/** Where the config is declared, given its defaults and read from its file: saying a key there is no use of it. */
const declaring = /[/\\]src[/\\](core[/\\]config|documents[/\\]config-(schema|file))\.ts$/

/** Policies name what they need of the config themselves, by the same names: it is handed to them as it is. */
const policies = /[/\\]src[/\\]core[/\\]policy[/\\]/

/** Which of the config's properties, by path, the sources read, told by the type checker. */
export function readConfigProperties(paths: readonly string[]): ReadonlySet<string> {
  const configFile = ts.readConfigFile(join(projectRoot, 'tsconfig.build.json'), (file) => ts.sys.readFile(file))
  const { fileNames, options } = ts.parseJsonConfigFileContent(configFile.config, ts.sys, projectRoot)
  const program = ts.createProgram(fileNames, { ...options, noEmit: true })
  const checker = program.getTypeChecker()
  const config = declaredType(program, checker)
  const used = new Set<ts.Declaration>()
  for (const source of program.getSourceFiles())
    if (!source.isDeclarationFile && !declaring.test(source.fileName)) visit(source, checker, used)
  const inPolicies = new Set([...used].filter((d) => policies.test(d.getSourceFile().fileName)).map(nameOf))
  const isRead = (d: ts.Declaration): boolean => used.has(d) || inPolicies.has(nameOf(d))
  return new Set(paths.filter((path) => declarationsOf(config, path, checker).some(isRead)))
}

const nameOf = (declaration: ts.Declaration): string => ts.getNameOfDeclaration(declaration)?.getText() ?? ''

function declaredType(program: ts.Program, checker: ts.TypeChecker): ts.Type {
  const source = program.getSourceFile(join(projectRoot, 'src', 'core', 'config.ts'))
  const declaration = source?.statements.find((s): s is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(s) && s.name.text === 'Config')
  if (declaration === undefined) throw new Error('src/core/config.ts declares no Config')
  return checker.getTypeAtLocation(declaration.name)
}

function declarationsOf(config: ts.Type, path: string, checker: ts.TypeChecker): readonly ts.Declaration[] {
  let type = config
  let symbol: ts.Symbol | undefined
  for (const name of path.split('.')) {
    symbol = checker.getPropertyOfType(type, name)
    if (symbol === undefined) throw new Error(`the config has no ${path}`)
    type = checker.getTypeOfSymbol(symbol)
  }
  return symbol?.declarations ?? []
}

function visit(node: ts.Node, checker: ts.TypeChecker, used: Set<ts.Declaration>): void {
  for (const symbol of symbolsRead(node, checker)) for (const declaration of symbol.declarations ?? []) used.add(declaration)
  ts.forEachChild(node, (child) => visit(child, checker, used))
}

/** `config.a`, `const { a } = config`, `config[either]`. */
function symbolsRead(node: ts.Node, checker: ts.TypeChecker): readonly ts.Symbol[] {
  if (ts.isPropertyAccessExpression(node)) return given(checker.getSymbolAtLocation(node.name))
  if (ts.isElementAccessExpression(node)) return chosen(node, checker)
  if (!ts.isBindingElement(node) || !ts.isObjectBindingPattern(node.parent)) return []
  const name = node.propertyName ?? node.name
  return ts.isIdentifier(name) ? given(checker.getPropertyOfType(checker.getTypeAtLocation(node.parent), name.text)) : []
}

function chosen(node: ts.ElementAccessExpression, checker: ts.TypeChecker): readonly ts.Symbol[] {
  const key = checker.getTypeAtLocation(node.argumentExpression)
  const keys = key.isUnion() ? key.types : [key]
  const type = checker.getTypeAtLocation(node.expression)
  return keys.flatMap((k) => (k.isStringLiteral() ? given(checker.getPropertyOfType(type, k.value)) : []))
}

const given = (symbol: ts.Symbol | undefined): readonly ts.Symbol[] => (symbol === undefined ? [] : [symbol])
