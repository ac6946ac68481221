class ErrorsController < ApplicationController
  skip_before_action :ready_tables

  def show
    code = params[:code].to_i
    return not_found if code == 404

    code = 503 if request.env["action_dispatch.exception"].is_a?(ActiveRecord::ActiveRecordError)
    render plain: "The curtain is stuck. Please try again in a moment.\n", status: code
  end
end
