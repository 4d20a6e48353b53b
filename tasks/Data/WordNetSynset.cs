namespace LT2.Eval.Tasks.Data;

/// <summary>A set of synonyms of WordNet.</summary>
/// <param name="Id">Part of speech and offset: <c>n00001740</c>.</param>
/// <param name="LexicographerFile">Number of its topic, such as 5 for animals.</param>
/// <param name="Words">Words as written, underscores for blanks.</param>
/// <param name="Definition">The gloss up to its first example.</param>
/// <param name="Frequency">How often the first word's senses in this part of speech are tagged in WordNet's corpora.</param>
public sealed record WordNetSynset(string Id, int LexicographerFile, IReadOnlyList<string> Words, string Definition, int Frequency);
