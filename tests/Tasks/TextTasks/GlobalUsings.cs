global using Map = System.Collections.Generic.IReadOnlyDictionary<string, object?>;
