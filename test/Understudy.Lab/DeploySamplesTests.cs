namespace Understudy.Lab;

/// <summary>The real samples, deployed as they are in this repository.</summary>
public sealed class DeploySamplesTests
{
    [Fact]
    public async Task The_ASP_NET_shop_sells_on_while_it_is_deployed_and_rolled_back()
    {
        using var checkout = await SampleCheckout.AspNet();
        await DeployedShop.SellsOnWhileItIsDeployed(checkout, "shop", clients: 4);
    }

    [Fact, Trait("length", "long")]
    public async Task The_ASP_NET_shop_is_deployed_from_its_repositorys_address()
    {
        using var checkout = await SampleCheckout.AspNet();
        await DeployedShop.SellsOnWhileItIsDeployed(checkout, "shop", clients: 4, shop => shop.IsDeployedFromItsAddress());
    }

    [Fact, Trait("length", "long")]
    public async Task The_Rails_shop_sells_on_while_it_is_deployed_from_a_folder_and_from_an_address_and_rolled_back()
    {
        using var checkout = await SampleCheckout.Rails();
        await DeployedShop.SellsOnWhileItIsDeployed(checkout, "rails-shop", clients: 3, shop => shop.IsDeployedFromItsAddress());
    }
}
