//! Counts how many operations a contract calls for one request.

use std::collections::BTreeMap;

use syn::{Block, Expr, ExprMethodCall, FnArg, ImplItem, Item, Pat, Stmt, visit::Visit};

use crate::sources::{Source, folders, sources};

/// Calls of `Usher` that every request of a contract makes before the request's operation. These calls authenticate and
/// count the request.
const PRELIMINARIES: [&str; 2] = ["meter", "authenticate"];

/// A function of a contract that receives the argument `usher`.
struct Function<'a> {
    file: String,
    body: &'a Block,
    /// Whether other modules of the crate `functions` call the function, because the function answers a route.
    answers: bool,
}

/// The functions of one vendor's contract that receive the argument `usher`, by name.
type Functions<'a> = BTreeMap<String, Vec<Function<'a>>>;

/// The functions that answer a route and have a way through their code that calls more than one operation.
pub(crate) fn handlers_with_several_operations() -> Vec<String> {
    let all = sources("functions");
    let mut found = Vec::new();
    for vendor in folders("functions/src/contracts") {
        let folder = format!("functions/src/contracts/{vendor}");
        let functions = functions(all.iter().filter(|source| source.is_in(&folder)));
        let handlers = functions.iter().flat_map(|(name, same)| same.iter().map(move |one| (name, one)));
        for (name, handler) in handlers.filter(|(_, handler)| handler.answers) {
            let calls = Counter { functions: &functions, file: &handler.file, depth: 0 }.block(handler.body);
            if calls.len() > 1 {
                found.push(format!("{}: {name} calls {}", handler.file, calls.join(", ")));
            }
        }
    }
    found
}

fn functions<'a>(sources: impl Iterator<Item = &'a Source>) -> Functions<'a> {
    let mut functions = Functions::new();
    for source in sources {
        for item in &source.items {
            let found: Vec<_> = match item {
                Item::Fn(function) => vec![(&function.vis, &function.sig, &*function.block)],
                Item::Impl(block) => block.items.iter().filter_map(method).collect(),
                _ => Vec::new(),
            };
            for (visibility, signature, body) in found {
                if !signature.inputs.iter().any(is_usher) {
                    continue;
                }
                let is_handler = matches!(visibility, syn::Visibility::Restricted(path) if path.path.is_ident("crate"));
                let function =
                    Function { file: source.path.clone(), body, answers: is_handler && signature.asyncness.is_some() };
                functions.entry(signature.ident.to_string()).or_default().push(function);
            }
        }
    }
    functions
}

fn method(item: &ImplItem) -> Option<(&syn::Visibility, &syn::Signature, &Block)> {
    match item {
        ImplItem::Fn(method) => Some((&method.vis, &method.sig, &method.block)),
        _ => None,
    }
}

fn is_usher(argument: &FnArg) -> bool {
    matches!(argument, FnArg::Typed(typed) if matches!(&*typed.pat, Pat::Ident(name) if name.ident == "usher"))
}

/// Lists the operations that run on the way through a function's code that calls the most operations.
struct Counter<'a> {
    functions: &'a Functions<'a>,
    file: &'a str,
    depth: usize,
}

impl Counter<'_> {
    fn block(&self, block: &Block) -> Vec<String> {
        self.statements(&block.stmts)
    }

    /// If a branch of the code returns, the branch is one way through the function, and the code after the branch is
    /// another way.
    fn statements(&self, statements: &[Stmt]) -> Vec<String> {
        let Some((first, rest)) = statements.split_first() else { return Vec::new() };
        if let Stmt::Expr(Expr::If(branch), _) = first
            && branch.else_branch.is_none()
            && matches!(branch.then_branch.stmts.last(), Some(Stmt::Expr(Expr::Return(_), _)))
        {
            let ways = [self.block(&branch.then_branch), self.statements(rest)];
            return [self.expression(&branch.cond), longest(ways)].concat();
        }
        let mut walk = Walk { counter: self, calls: Vec::new() };
        walk.visit_stmt(first);
        [walk.calls, self.statements(rest)].concat()
    }

    fn expression(&self, expression: &Expr) -> Vec<String> {
        let mut walk = Walk { counter: self, calls: Vec::new() };
        walk.visit_expr(expression);
        walk.calls
    }

    /// The operations that another function of the contract calls, if the code calls this function by the given path.
    fn of_function(&self, path: &[String]) -> Vec<String> {
        let Some(name) = path.last() else { return Vec::new() };
        let Some(same) = self.functions.get(name).filter(|_| self.depth < 6) else { return Vec::new() };
        let module = path.len().checked_sub(2).map(|index| path[index].as_str());
        let is_meant = |one: &&Function<'_>| match module {
            Some(module) => {
                one.file.ends_with(&format!("/{module}.rs")) || one.file.ends_with(&format!("/{module}/mod.rs"))
            }
            None => one.file == self.file,
        };
        let Some(function) = same.iter().find(is_meant).or(same.first()) else { return Vec::new() };
        Counter { functions: self.functions, file: &function.file, depth: self.depth + 1 }.block(function.body)
    }
}

fn longest(ways: impl IntoIterator<Item = Vec<String>>) -> Vec<String> {
    ways.into_iter().max_by_key(Vec::len).unwrap_or_default()
}

struct Walk<'a> {
    counter: &'a Counter<'a>,
    calls: Vec<String>,
}

impl Visit<'_> for Walk<'_> {
    fn visit_block(&mut self, block: &Block) {
        self.calls.extend(self.counter.block(block));
    }

    fn visit_expr_if(&mut self, branch: &syn::ExprIf) {
        self.visit_expr(&branch.cond);
        let other = branch.else_branch.as_ref().map(|(_, other)| self.counter.expression(other));
        self.calls.extend(longest([self.counter.block(&branch.then_branch), other.unwrap_or_default()]));
    }

    fn visit_expr_match(&mut self, choice: &syn::ExprMatch) {
        self.visit_expr(&choice.expr);
        let arms = choice.arms.iter().map(|arm| self.counter.expression(&arm.body));
        self.calls.extend(longest(arms));
    }

    /// An operation is an async method of `Usher`, so its call is awaited.
    fn visit_expr_await(&mut self, awaited: &syn::ExprAwait) {
        match &*awaited.base {
            Expr::MethodCall(call) if is_name(&call.receiver, "usher") => {
                let name = call.method.to_string();
                if !PRELIMINARIES.contains(&name.as_str()) {
                    self.calls.push(name);
                }
                call.args.iter().for_each(|argument| self.visit_expr(argument));
            }
            other => self.visit_expr(other),
        }
    }

    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        if call.args.iter().any(|argument| is_name(argument, "usher"))
            && let Expr::Path(function) = &*call.func
        {
            let path: Vec<_> = function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.calls.extend(self.counter.of_function(&path));
        }
        syn::visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        if call.args.iter().any(|argument| is_name(argument, "usher")) {
            self.calls.extend(self.counter.of_function(&[call.method.to_string()]));
        }
        syn::visit::visit_expr_method_call(self, call);
    }
}

fn is_name(expression: &Expr, name: &str) -> bool {
    matches!(expression, Expr::Path(path) if path.path.is_ident(name))
}
