using System.Reflection;
using System.Runtime.Loader;

namespace LT2.Eval.Tasks.Plugins;

/// <summary>Loads a plug-in with its own dependencies; what the program has loaded already is shared, so that contracts are the same types.</summary>
internal sealed class PluginLoadContext(string path) : AssemblyLoadContext(Path.GetFileName(path))
{
    private readonly AssemblyDependencyResolver resolver = new(path);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (Default.Assemblies.Any(assembly => assembly.GetName().Name == assemblyName.Name))
        {
            return null;
        }

        return resolver.ResolveAssemblyToPath(assemblyName) is { } found ? LoadFromAssemblyPath(found) : null;
    }
}
