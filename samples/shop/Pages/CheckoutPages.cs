using Shop.Catalogue;
using Shop.Experiments;
using Shop.Orders;

namespace Shop.Pages;

internal static class CheckoutPages
{
    private const int LongestField = 300;

    public static void Map(WebApplication app, ProductTable products, OrderTable orders, Experiment experiment, Assets assets, Settings settings)
    {
        app.MapGet("/checkout", async (HttpContext context, CancellationToken cancel) =>
        {
            var lines = await CartPages.Lines(Cart.Read(context.Request), products, cancel);
            return lines.Count == 0 ? SeeOther(context, "/cart") : Layout.Page(context, assets, "Checkout", Form(lines, FormToken.New(), new Customer("", "", ""), ""));
        });

        // An order that was begun is finished, whether or not its visitor is still there to hear of it: hence no cancellation below.
        app.MapPost("/checkout", async (HttpContext context) =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            string Field(string name) => form[name].ToString().Trim() is { Length: <= LongestField } text ? text : "";
            var (token, customer) = (Field("token"), new Customer(Field("name"), Field("email"), Field("address")));
            if (!FormToken.IsWellFormed(token))
                return SeeOther(context, "/checkout");
            var lines = await CartPages.Lines(Cart.Read(context.Request), products, CancellationToken.None);
            if (lines.Count == 0)
                return SeeOther(context, await orders.ByToken(token, CancellationToken.None) is null ? "/cart" : "/orders/" + token);
            if (Complaint(customer) is { } complaint)
                return Layout.Page(context, assets, "Checkout", Form(lines, token, customer, complaint), StatusCodes.Status422UnprocessableEntity);

            await Task.Delay(settings.Payment);
            var placed = await orders.Place(token, customer, lines, CancellationToken.None);
            await Task.Delay(settings.Receipt);
            if (placed.IsNew)
                experiment.Converted(context);
            Cart.Clear(context);
            return SeeOther(context, "/orders/" + token);
        });

        app.MapGet("/orders/{token}", async (HttpContext context, string token, CancellationToken cancel) =>
            await orders.ByToken(token, cancel) is { } order
                ? Layout.Page(context, assets, $"Order {order.Number}", Thanks(order))
                : Layout.Page(context, assets, "Not found", ErrorPages.NotFound, StatusCodes.Status404NotFound));

        app.MapGet("/orders.json", async (CancellationToken cancel) => Results.Json(await orders.List(cancel), ShopJson.Default.OrderList));
    }

    private static IResult SeeOther(HttpContext context, string path)
    {
        context.Response.Headers.Location = path;
        context.Response.Headers["X-Worker"] = Environment.ProcessId.ToString();
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    private static string? Complaint(Customer customer) => customer switch
    {
        { Name: "" } => "Please tell us your name.",
        { Email: var email } when !email.Contains('@') => "Please write an e-mail address with an @ in it.",
        { Address: "" } => "Please tell us where to send it.",
        _ => null,
    };

    private static Html Form(IReadOnlyList<OrderLine> lines, string token, Customer customer, string complaint) => Html.Of($"""
        <h1>Checkout</h1>
        {CartPages.Table(lines, line => Html.Of($"{line.Quantity}"))}
        {(complaint.Length > 0 ? Html.Of($"""<p class="complaint" role="alert">{complaint}</p>""") : Html.Empty)}
        <form class="checkout" method="post" action="/checkout">
          <input type="hidden" name="token" value="{token}">
          <label>Name <input name="name" value="{customer.Name}" required maxlength="{LongestField}" autocomplete="name"></label>
          <label>E-mail <input name="email" type="email" value="{customer.Email}" required maxlength="{LongestField}" autocomplete="email"></label>
          <label>Address <textarea name="address" rows="3" required maxlength="{LongestField}" autocomplete="street-address">{customer.Address}</textarea></label>
          <button class="primary">Place the order</button>
        </form>
        """);

    private static Html Thanks(Order order) => Html.Of($"""
        <h1>Thank you. Order {order.Number} is in.</h1>
        {CartPages.Table(order.Lines, line => Html.Of($"{line.Quantity}"))}
        <p class="next"><a class="button" href="/">Back to the catalogue</a></p>
        """);
}
