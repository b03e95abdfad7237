# A cluster, the function that migrates it, and its invocation. What uses the tables depends on the invocation.
# Checked by reading only: nobody of this project has applied it to an account.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "package" {
  description = "target/lambda/migrate-on-deploy/bootstrap.zip, by cargo lambda build"
  type        = string
}

data "aws_region" "current" {}

resource "aws_dsql_cluster" "this" {
  deletion_protection_enabled = true
}

resource "aws_iam_role" "migrate" {
  name = "migrate-on-deploy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# The least that it needs: to connect as admin to this one cluster, and to write its log.
resource "aws_iam_role_policy" "migrate" {
  role = aws_iam_role.migrate.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "dsql:DbConnectAdmin"
        Resource = aws_dsql_cluster.this.arn
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.migrate.arn}:*"
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "migrate" {
  name              = "/aws/lambda/migrate-on-deploy"
  retention_in_days = 30
}

resource "aws_lambda_function" "migrate" {
  function_name    = "migrate-on-deploy"
  role             = aws_iam_role.migrate.arn
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  runtime          = "provided.al2023"
  architectures    = ["arm64"]
  handler          = "bootstrap"
  memory_size      = 256
  timeout          = 900

  environment {
    variables = {
      DSQL_ENDPOINT = "${aws_dsql_cluster.this.identifier}.dsql.${data.aws_region.current.region}.on.aws"
    }
  }

  depends_on = [aws_cloudwatch_log_group.migrate, aws_iam_role_policy.migrate]
}

# Once for each new package. When it fails, so does the apply; the next apply invokes it again, and it goes on.
resource "aws_lambda_invocation" "migrate" {
  function_name = aws_lambda_function.migrate.function_name
  input         = jsonencode({ action = "migrate" })
  triggers      = { package = aws_lambda_function.migrate.source_code_hash }
}

output "applied" {
  value = [for it in jsondecode(aws_lambda_invocation.migrate.result).applied : it.file]
}

# Whatever needs the tables:
#   depends_on = [aws_lambda_invocation.migrate]
