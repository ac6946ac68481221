Rails.application.routes.draw do
  root "catalogue#index"
  get "products/:slug", to: "catalogue#show", as: :product

  get "cart", to: "cart#show"
  post "cart/add", to: "cart#add"
  post "cart/set", to: "cart#set"

  get "checkout", to: "checkout#new"
  post "checkout", to: "checkout#create"
  get "orders.json", to: "checkout#index", format: false
  get "orders/:token", to: "checkout#show", as: :order

  get "up", to: "health#up"
  get "up/details", to: "health#details"
  get "experiment.json", to: "health#experiment", format: false
  get "visitor.json", to: "health#visitor", format: false

  mount Shop::Assets.new => "/assets"
  match ":code", to: "errors#show", via: :all, constraints: {code: /[45]\d\d/}
  match "*path", to: "errors#show", via: :all, code: "404", format: false
end
