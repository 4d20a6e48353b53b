namespace LT2.Eval.Tasks.Generation;

/// <summary>Words that needle keys are made of: an adjective, a hyphen, a noun.</summary>
internal static class NeedleWords
{
    /// <summary>Adjectives.</summary>
    public static readonly string[] Adjectives = (
        "amber ancient autumn bitter black blue bold brave brief bright brisk broad bronze calm careful cheerful chilly clean clear clever cloudy cold "
        + "common cool copper crimson curious damp daring dark deep dim distant dry dusty early eager earnest eastern easy empty even faint fair famous "
        + "fast fearless fine firm flat fond fragile free fresh frosty full gentle giant glad golden good grand grave gray green happy hardy hasty "
        + "heavy hidden high hollow honest humble icy idle inner ivory jolly keen kind large late lazy lean light little lively lonely long loud loyal "
        + "lucky merry mild misty modest narrow neat new noble northern odd old open orange outer pale patient plain pleasant polite proud pure quick "
        + "quiet rapid rare ready red rich ripe rough round royal rugged rural rusty sacred safe salty sandy scarlet secret serene shallow sharp shiny "
        + "short shy silent silver simple sleepy slender slow small smooth snowy soft solid sour southern spare stable steady steep still stormy "
        + "strange strict strong sturdy subtle sudden summer sunny swift tall tame tender thin tidy tiny tough true upper urban vast violet warm wary "
        + "weary western white whole wide wild wise wooden young").Split(' ');

    /// <summary>Nouns.</summary>
    public static readonly string[] Nouns = (
        "acorn anchor anvil apple apron arch arrow attic axle badge banner barge barley barn barrel basin basket beacon bell bench blanket boat bottle "
        + "bowl bramble branch bridge broom brook bucket buckle bugle button cabin cable candle canoe canvas carpet cart castle cedar cellar chair chapel "
        + "chest chimney cider circle cliff cloak clock clover coat cobbler comet compass copper cork cottage cradle crane creek crown cup curtain dagger "
        + "dairy desk diary dome door dove drum eagle easel elbow elm ember engine fan farm feather fence fern ferry fiddle field finch flag flute fog "
        + "forest forge fork fountain fox frame garden garland gate glacier glove goat grape gravel grove gull hammer harbor harp harvest hat haven hawk "
        + "hazel hearth hedge helmet heron hill hinge honey horn house inn iron island ivy jacket jar jetty jewel kettle key kite knot ladder lake lamp "
        + "lane lantern lark leaf ledge lemon letter lily linen lock lodge loom lute maple marble market marsh mast meadow mill mirror moat moon mortar "
        + "moss mountain needle nest net nut oak oar oat orchard otter oven owl paddle pantry paper path pearl pebble pepper petal pier pillar pillow pine "
        + "pipe plank plate plow plum pocket pond poplar porch pouch quarry quartz quill raft rail rain ram raven reed ridge ring river robin rock rope "
        + "rose saddle sail salt sand saw scarf shed shell ship shoe shore silk sled slope smoke snow spade spark spire spoon spring star stone stool "
        + "storm stream sugar sword table tailor temple thimble thorn thread tide timber torch tower trail trunk tunnel turnip valley vase vine violin "
        + "wagon wall walnut water weaver well wharf wheat wheel whistle willow wind window wool wren yard").Split(' ');
}
