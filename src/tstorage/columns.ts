export interface BatchLayout<B> { readonly size: number; b?: B }
