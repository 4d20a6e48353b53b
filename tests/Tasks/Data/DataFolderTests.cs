using LT2.Eval.Tasks.Contracts;
using LT2.Eval.Tasks.Data;

namespace LT2.Eval.Tasks.Tests.Data;

public sealed class DataFolderTests
{
    [Fact]
    public void The_option_wins_over_the_environment_and_the_environment_over_the_default()
    {
        var environment = new Dictionary<string, string?> { ["LT2_DATA"] = "/a/named", ["XDG_CACHE_HOME"] = "/a/cache", ["HOME"] = "/a/home" };
        string Resolve(string? option) => DataFolder.Resolve(option, name => environment.GetValueOrDefault(name)).Path;

        Assert.Equal("/an/option", Resolve("/an/option"));
        Assert.Equal("/a/named", Resolve(null));
        environment.Remove("LT2_DATA");
        Assert.Equal("/a/cache/lt2/data", Resolve(null));
        environment["XDG_CACHE_HOME"] = "relative";
        Assert.Equal("/a/home/.cache/lt2/data", Resolve(null));
    }

    [Fact]
    public void A_missing_data_set_of_the_catalogue_says_which_command_brings_it()
    {
        using var temporary = new TemporaryFolder();
        var folder = new DataFolder(temporary.Path);

        Assert.False(folder.IsPresent("austen"));
        var problem = Assert.Throws<TaskException>(() => folder.Locate("austen")).Message;
        Assert.Contains("lt2 data get austen", problem);
        Assert.Contains(temporary.Path, problem);
    }

    [Fact]
    public void A_missing_data_set_of_the_hub_says_what_to_place_where()
    {
        using var temporary = new TemporaryFolder();

        var problem = Assert.Throws<TaskException>(() => new DataFolder(temporary.Path).Locate("allenai/ai2_arc")).Message;
        Assert.Contains(Path.Combine(temporary.Path, "allenai", "ai2_arc"), problem);
        Assert.Contains(".parquet", problem);
    }

    [Theory]
    [InlineData("../elsewhere")]
    [InlineData("a/b/c")]
    [InlineData("/etc")]
    [InlineData("")]
    [InlineData("a/.hidden")]
    public void Ids_never_point_outside_the_folder(string id)
    {
        using var temporary = new TemporaryFolder();
        Assert.Throws<TaskException>(() => new DataFolder(temporary.Path).Locate(id));
    }

    [Fact]
    public void The_list_shows_every_entry_with_licence_and_presence()
    {
        using var library = new SmallLibrary();

        var statuses = DatasetCatalogue.List(library.Folder);
        Assert.Equal(DatasetCatalogue.All.Select(definition => definition.Id), statuses.Take(DatasetCatalogue.All.Count).Select(status => status.Id));
        Assert.All(statuses, status => Assert.NotEmpty(status.Licence));
        Assert.True(statuses.Single(status => status.Id == "austen") is { IsPresent: true, SizeBytes: > 1000 });
        Assert.True(statuses.Single(status => status.Id == "kjv") is { IsPresent: false, SizeBytes: 0 });
    }
}
