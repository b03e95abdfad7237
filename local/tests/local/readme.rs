//! The README's example runs as it stands there.

#[tokio::test]
async fn my_service_survives_a_conflict() -> Result<(), Box<dyn std::error::Error>> {
    use dsql_local::{Cluster, Fault, Options, Point, Strike};
    let cluster = Cluster::start(Options::new()).await?;
    let (client, connection) = tokio_postgres::connect(&cluster.url(), tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client
        .batch_execute("CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text)")
        .await?;
    cluster.endpoint().control().inject(Fault::new(Point::Commit, Strike::Oc000));
    let lost = client.execute("INSERT INTO notes (text) VALUES ('hello')", &[]).await;
    assert_eq!(lost.unwrap_err().code().map(|code| code.code()), Some("40001"));
    assert_eq!(client.execute("INSERT INTO notes (text) VALUES ('hello')", &[]).await?, 1);
    Ok(())
}

#[test]
fn the_readme_shows_this_example() {
    let source = include_str!("readme.rs");
    let example = source.split("\n\n").find(|part| part.starts_with("#[tokio::test]")).unwrap();
    assert!(include_str!("../../README.md").contains(example), "README.md has another example");
}
