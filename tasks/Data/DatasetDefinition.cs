namespace LT2.Eval.Tasks.Data;

/// <summary>A data set of the catalogue.</summary>
/// <param name="Id">Id used in plans and as its folder's name.</param>
/// <param name="Title">One line.</param>
/// <param name="Licence">Licence, as the source states it.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Files">The files it consists of once converted.</param>
/// <param name="ConvertAsync">Makes the files from the unpacked source.</param>
public sealed record DatasetDefinition(
    string Id,
    string Title,
    string Licence,
    DatasetSource Source,
    IReadOnlyList<DatasetFile> Files,
    DatasetConversion ConvertAsync);

/// <summary>One file of a data set.</summary>
/// <param name="Name">Name within the data set's folder.</param>
/// <param name="Sha256">
/// Lower-case hex digest that its content must have; null where the source package moves with security updates, so that only
/// the package manager's own signature can be checked. The digest found is recorded in <c>dataset.json</c> either way.
/// </param>
public sealed record DatasetFile(string Name, string? Sha256);

/// <summary>Makes a data set's files.</summary>
/// <param name="unpackedFolder">Where the source was unpacked.</param>
/// <param name="outputFolder">Where the files go.</param>
/// <param name="cancellation">Stops it.</param>
public delegate Task DatasetConversion(string unpackedFolder, string outputFolder, CancellationToken cancellation);

/// <summary>Where a data set comes from.</summary>
public abstract record DatasetSource
{
    /// <summary>The source as <c>lt2 data list</c> prints it.</summary>
    public abstract string Label { get; }
}

/// <summary>Packages of the Debian distribution this machine is set up for.</summary>
/// <param name="Packages">Every one of them is needed.</param>
/// <param name="OptionalPackages">Libraries to unpack beside, by any of the names they had; absent ones are no error.</param>
public sealed record DebianSource(IReadOnlyList<string> Packages, IReadOnlyList<string> OptionalPackages) : DatasetSource
{
    /// <summary>Packages without optional ones.</summary>
    public DebianSource(params string[] packages)
        : this(packages, [])
    {
    }

    /// <inheritdoc/>
    public override string Label => $"Debian: {string.Join(", ", Packages)}";
}

/// <summary>One version of an npm package.</summary>
public sealed record NpmSource(string Package, string Version) : DatasetSource
{
    /// <inheritdoc/>
    public override string Label => $"npm: {Package} {Version}";
}

/// <summary>A dataset repository of the Hugging Face hub.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
public sealed record HubSource(string Repository) : DatasetSource
{
    /// <inheritdoc/>
    public override string Label => $"Hugging Face hub: {Repository}";
}
