/** Parses the tree's TypeScript once, with the compiler's own parser, into the facts that tidy's rules judge. */
import { posix } from 'node:path'
import * as ast from 'typescript/unstable/ast'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

export interface Import {
  /** Tree path (`primitives/bytes.ts`) of a relative specifier, else the module name (`node:fs`, `viem`). */
  readonly to: string
  readonly line: number
  /** `mention`: a string that names a file beside this one, as worker entry points do. */
  readonly how: 'import' | 'reexport' | 'dynamic' | 'mention'
}

export interface Source {
  /** From the root, with `/`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  /** Lines of each, without those of functions inside it. */
  readonly functions: readonly { readonly name: string; readonly line: number; readonly lines: number }[]
  /** Names used as values that the file does not declare: `process`, and `Math.random` with its member. */
  readonly globals: readonly { readonly name: string; readonly line: number }[]
  /** Calls of a member: `test.run()` is `{ of: 'test', member: 'run' }`. */
  readonly calls: readonly {
    readonly of: string
    readonly member: string
    readonly line: number
    readonly isTopLevel: boolean
  }[]
  /** Variables made by `suite(…)`, and `test` when it comes from uvu. */
  readonly suites: readonly string[]
  readonly strings: readonly { readonly value: string; readonly line: number }[]
  readonly defaultExports: readonly number[]
  /** Does it declare nothing and only pass on what other files own? */
  readonly isBarrel: boolean
}

/** Files by path → facts, in the order given. */
export function parseSources(files: Readonly<Record<string, string>>): Source[] {
  const paths = Object.keys(files)
  const virtual = Object.fromEntries(paths.map((path) => [`/${path}`, files[path]!]))
  const compilerOptions = {
    noLib: true,
    noResolve: true,
    allowJs: true,
    types: [],
    noEmit: true,
    module: 'esnext',
    target: 'esnext',
  }
  const config = JSON.stringify({ compilerOptions, files: paths.map((path) => `/${path}`) })
  const api = new API({ cwd: '/', fs: createVirtualFileSystem({ ...virtual, '/tsconfig.json': config }) })
  try {
    const project = api.updateSnapshot({ openProjects: ['/tsconfig.json'] }).getProjects()[0]
    return paths.map((path) => {
      const file = project?.program.getSourceFile(`/${path}`)
      if (file === undefined) throw new Error(`${path} was not parsed`)
      return readSource(path, file)
    })
  } finally {
    api.close()
  }
}

function readSource(path: string, file: ast.SourceFile): Source {
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line + 1
  const line = (node: ast.Node) => lineAt(node.getStart(file))
  const declared = new Set<string>()
  const nodes: ast.Node[] = []
  const visit = (node: ast.Node): void => {
    nodes.push(node)
    if (isNamedDeclaration(node) && ast.isIdentifier(node.name)) declared.add(node.name.text)
    node.forEachChild(visit)
  }
  visit(file)
  return {
    path,
    text: file.text,
    imports: nodes.flatMap((node) => readImport(path, node).map((found) => ({ ...found, line: line(node) }))),
    functions: nodes.filter(ast.isFunctionLikeDeclaration).map((node) => {
      const own = ownLines(node, (inner) => lineAt(inner.end) - line(inner))
      return { name: functionName(node), line: line(node), lines: own + 1 }
    }),
    globals: nodes.filter(isFreeValue).flatMap((node) => {
      const name = (node as ast.Identifier).text
      return declared.has(name) ? [] : [{ name: `${name}${memberOf(node)}`, line: line(node) }]
    }),
    calls: nodes.filter(ast.isCallExpression).flatMap((node) => {
      const { expression } = node
      if (!ast.isPropertyAccessExpression(expression) || !ast.isIdentifier(expression.expression)) return []
      const isTopLevel = node.parent.parent === file
      return [{ of: expression.expression.text, member: expression.name.text, line: line(node), isTopLevel }]
    }),
    suites: nodes.flatMap(suiteName),
    strings: nodes
      .filter((node) => ast.isStringLiteral(node) || ast.isNoSubstitutionTemplateLiteral(node))
      .map((node) => ({ value: (node as ast.StringLiteral).text, line: line(node) })),
    defaultExports: nodes.filter(isDefaultExport).map(line),
    isBarrel: file.statements.length > 0 && file.statements.every(isPassingOn),
  }
}

type NamedDeclaration = ast.Node & { readonly name: ast.Node }

function isNamedDeclaration(node: ast.Node): node is NamedDeclaration {
  const isDeclaration =
    ast.isVariableOrParameterDeclaration(node) ||
    ast.isBindingElement(node) ||
    ast.isFunctionDeclaration(node) ||
    ast.isClassDeclaration(node) ||
    ast.isImportSpecifier(node)
  return isDeclaration && (node as Partial<NamedDeclaration>).name !== undefined
}

/** Lines of a function without those inside its inner functions: a factory's closures are its methods. */
function ownLines(node: ast.Node, linesOf: (node: ast.Node) => number): number {
  let inner = 0
  const visit = (child: ast.Node): void => {
    if (ast.isFunctionLikeDeclaration(child)) inner += linesOf(child)
    else child.forEachChild(visit)
  }
  node.forEachChild(visit)
  return linesOf(node) - inner
}

function functionName(node: ast.Node): string {
  const own = (node as { name?: { text?: string } }).name?.text
  if (own !== undefined) return own
  const parent = node.parent as { name?: { text?: string }; arguments?: readonly { text?: string }[] }
  return parent.name?.text ?? parent.arguments?.[0]?.text ?? '(arrow)'
}

/** An identifier that reads a value: no name of a member, property, declaration, type or label. */
function isFreeValue(node: ast.Node): boolean {
  if (!ast.isIdentifier(node)) return false
  const { parent } = node
  if (ast.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ast.isPropertyAssignment(parent)) return (parent.initializer as ast.Node) === node
  if (ast.isParameterDeclaration(parent) || ast.isVariableDeclaration(parent) || ast.isBindingElement(parent))
    return (parent.initializer as ast.Node | undefined) === node
  if (ast.isPropertyDeclaration(parent)) return (parent.initializer as ast.Node | undefined) === node
  if (ast.isMethodDeclaration(parent) || ast.isGetAccessorDeclaration(parent)) return false
  if (ast.isPropertySignatureDeclaration(parent) || ast.isMethodSignatureDeclaration(parent)) return false
  return !(ast.isTypeReferenceNode(parent) || ast.isImportSpecifier(parent) || ast.isExportSpecifier(parent))
}

function memberOf(node: ast.Node): string {
  const { parent } = node
  return ast.isPropertyAccessExpression(parent) && parent.expression === node ? `.${parent.name.text}` : ''
}

function suiteName(node: ast.Node): string[] {
  if (ast.isImportDeclaration(node) && (node.moduleSpecifier as ast.StringLiteral).text === 'uvu')
    return /\btest\b/.test(node.importClause?.getText() ?? '') ? ['test'] : []
  if (!ast.isVariableDeclaration(node) || node.initializer === undefined) return []
  const { initializer, name } = node
  const isSuite = ast.isCallExpression(initializer) && initializer.expression.getText() === 'suite'
  return isSuite && ast.isIdentifier(name) ? [name.text] : []
}

function isDefaultExport(node: ast.Node): boolean {
  if (ast.isExportAssignment(node)) return true
  if (ast.isExportSpecifier(node)) return node.name.text === 'default'
  return node.kind === ast.SyntaxKind.DefaultKeyword && ast.isModifier(node)
}

function isPassingOn(statement: ast.Node): boolean {
  return ast.isImportDeclaration(statement) || ast.isExportDeclaration(statement)
}

function readImport(path: string, node: ast.Node): Omit<Import, 'line'>[] {
  const named = (specifier: ast.Node | undefined, how: Import['how']) =>
    specifier !== undefined && ast.isStringLiteral(specifier) ? [{ to: resolve(path, specifier.text), how }] : []
  if (ast.isImportDeclaration(node)) return named(node.moduleSpecifier, 'import')
  if (ast.isExportDeclaration(node)) return named(node.moduleSpecifier, 'reexport')
  if (ast.isImportTypeNode(node) && ast.isLiteralTypeNode(node.argument)) return named(node.argument.literal, 'import')
  if (ast.isCallExpression(node) && node.expression.kind === ast.SyntaxKind.ImportKeyword)
    return named(node.arguments[0], 'dynamic')
  const name = fileNameIn(node)
  return name === undefined ? [] : [{ to: posix.join(posix.dirname(path), name), how: 'mention' }]
}

/** `'./worker.ts'`, or `./worker${extname(import.meta.url)}`, which holds in the package's JavaScript too. */
function fileNameIn(node: ast.Node): string | undefined {
  if (ast.isStringLiteral(node)) return /^[\w./-]+\.(ts|js)$/.test(node.text) ? node.text : undefined
  if (!ast.isTemplateExpression(node) || node.templateSpans.length !== 1) return undefined
  const isOwnExtension = node.templateSpans[0]?.expression.getText() === 'extname(import.meta.url)'
  return isOwnExtension && /^\.{1,2}\/[\w./-]+$/.test(node.head.text) ? `${node.head.text}.ts` : undefined
}

function resolve(path: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier
}
